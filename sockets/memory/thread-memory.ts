import { NativeMemory } from './memory.ts';

/** The allocated blocks of the calling thread. */
const allocated = new Set<ThreadMemory>();

/**
 * A block of memory for arguments that system calls take by reference. A thread makes one call at a time, so one block
 * serves all its calls of a kind. It is allocated on first use and freed by {@link freeThreadMemory}.
 */
export class ThreadMemory {
  readonly #size: number;
  #memory: NativeMemory | undefined;

  /** @param size in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  get memory(): NativeMemory {
    if (this.#memory === undefined) {
      this.#memory = new NativeMemory(this.#size);
      allocated.add(this);
    }
    return this.#memory;
  }

  free(): void {
    this.#memory?.free();
    this.#memory = undefined;
    allocated.delete(this);
  }
}

/** Frees the calling thread's blocks. Call it at the end of each thread, because nothing else frees them. */
export function freeThreadMemory(): void {
  for (const block of allocated) block.free();
}
