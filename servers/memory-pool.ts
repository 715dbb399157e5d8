import { NativeMemory } from '../sockets/memory.ts';

/** The smallest block, in bytes. Sizes are powers of two from there on. */
const LEAST_BITS = 10;
/** The largest block that is kept. */
const MOST_BITS = 16;
/**
 * Bytes of blocks that are kept for the next one who asks, at most. So what is sent slowly again and again costs no
 * allocation, and what was once sent slowly on many connections costs no memory afterwards.
 */
export const KEPT_BYTES = 256 << 10;

/** Memory that the connections of a loop borrow while they have something to send that the kernel does not take. */
export class MemoryPool {
  /** Blocks that are kept, by size. */
  readonly #kept: NativeMemory[][] = Array.from({ length: MOST_BITS - LEAST_BITS + 1 }, () => []);
  #keptBytes = 0;
  #lentBytes = 0;

  /** Bytes that were taken and not given back. */
  get lentBytes(): number {
    return this.#lentBytes;
  }

  /** A block of at least `size` bytes, whatever is in it. It is to be given back with {@link give}. */
  take(size: number): NativeMemory {
    const bits = Math.max(LEAST_BITS, 32 - Math.clz32(size - 1));
    const kept = this.#kept[bits - LEAST_BITS]?.pop();
    if (kept !== undefined) this.#keptBytes -= kept.size;
    const memory = kept ?? new NativeMemory(bits <= MOST_BITS ? 2 ** bits : size);
    this.#lentBytes += memory.size;
    return memory;
  }

  /** Takes a block back, which the caller may not use any more. */
  give(memory: NativeMemory): void {
    this.#lentBytes -= memory.size;
    const place = this.#kept[31 - Math.clz32(memory.size) - LEAST_BITS];
    if (place === undefined || this.#keptBytes + memory.size > KEPT_BYTES) {
      memory.free();
      return;
    }
    place.push(memory);
    this.#keptBytes += memory.size;
  }

  /** Frees what is kept. What is lent is to be given back before. */
  free(): void {
    for (const blocks of this.#kept) {
      for (const block of blocks) block.free();
      blocks.length = 0;
    }
    this.#keptBytes = 0;
  }
}
