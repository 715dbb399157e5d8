import { NativeMemory } from './memory.ts';

/** Blocks of the calling thread that are allocated. */
const allocated = new Set<ThreadMemory>();

/**
 * Memory for arguments that system calls take by reference. A thread makes one call at a time, so one block serves all
 * its calls of a kind. It is allocated on first use, and freed by {@link freeThreadMemory}.
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

/** Frees what the calling thread has for its calls: to be called at the end of each thread, as nothing else does it. */
export function freeThreadMemory(): void {
  for (const block of allocated) block.free();
}
