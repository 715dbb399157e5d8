import { NativeMemory } from '../../sockets/memory/memory.ts';

/** log2 of the size of the smallest block, in bytes. Block sizes are powers of two. */
const MIN_BITS = 10;
/** log2 of the size of the largest block that is kept for reuse. */
const MAX_BITS = 16;
/**
 * Maximum total size of blocks kept for reuse, in bytes. With it, repeated slow sends cost no allocation, and a past
 * burst of slow sends on many connections costs no memory.
 */
export const KEPT_BYTES = 256 << 10;

/** Memory that the connections of a loop borrow while they have bytes to send that the kernel does not take. */
export class MemoryPool {
  /** Kept blocks, by size. */
  readonly #kept: NativeMemory[][] = Array.from({ length: MAX_BITS - MIN_BITS + 1 }, () => []);
  #keptBytes = 0;
  #borrowedBytes = 0;

  /** Number of bytes taken and not given back. */
  get borrowedBytes(): number {
    return this.#borrowedBytes;
  }

  /** Returns a block of at least `size` bytes with arbitrary contents. Give it back with {@link give}. */
  take(size: number): NativeMemory {
    const bits = Math.max(MIN_BITS, 32 - Math.clz32(size - 1));
    const kept = this.#kept[bits - MIN_BITS]?.pop();
    if (kept !== undefined) this.#keptBytes -= kept.size;
    const memory = kept ?? new NativeMemory(bits <= MAX_BITS ? 2 ** bits : size);
    this.#borrowedBytes += memory.size;
    return memory;
  }

  /** Takes a block back. The caller must not use it any more. */
  give(memory: NativeMemory): void {
    this.#borrowedBytes -= memory.size;
    const place = this.#kept[31 - Math.clz32(memory.size) - MIN_BITS];
    if (place === undefined || this.#keptBytes + memory.size > KEPT_BYTES) {
      memory.free();
      return;
    }
    place.push(memory);
    this.#keptBytes += memory.size;
  }

  /** Frees the kept blocks. Give back all borrowed blocks first. */
  free(): void {
    for (const blocks of this.#kept) {
      for (const block of blocks) block.free();
      blocks.length = 0;
    }
    this.#keptBytes = 0;
  }
}
