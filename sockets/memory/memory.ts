import { libc } from '../libc.ts';
import { countAllocation, countFree } from './live-memory.ts';

/**
 * Zeroed memory outside the JavaScript heap, at an address that never changes. The object that allocates it owns it,
 * and only {@link NativeMemory.free} frees it: neither the garbage collector nor the end of its thread does.
 */
export class NativeMemory {
  /** Start of the memory; for system calls only. For a part of it use {@link addressOf}, which checks the bounds. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float64: Float64Array;
  readonly #free: () => void;
  #size: number;

  /**
   * @param size in bytes, below 2^31; rounded up to a multiple of 8.
   * @throws {RangeError} when it is negative, too large or not a number.
   */
  constructor(size: number) {
    if (!(size >= 0 && size <= 0x7fff_fff8)) throw new RangeError(`${size} bytes of native memory can't be allocated`);
    this.#size = Math.max(8, Math.ceil(size / 8) * 8);
    const block = libc().allocate(this.#size);
    countAllocation(this.#size);
    this.address = block.address;
    this.bytes = new Uint8Array(block.bytes);
    this.int32 = new Int32Array(block.bytes);
    this.uint32 = new Uint32Array(block.bytes);
    this.float64 = new Float64Array(block.bytes);
    this.#free = block.free;
  }

  /** Size in bytes; 0 after {@link free}. */
  get size(): number {
    return this.#size;
  }

  /**
   * Returns the address of `length` bytes at `offset`, for a system call.
   * @param call name of that call, for the error message.
   * @throws {RangeError} when the bytes are outside this memory, or it was freed.
   */
  addressOf(offset: number, length: number, call: string): number {
    // Written so that NaN is refused, too.
    if (offset >= 0 && length >= 0 && offset + length <= this.#size) return this.address + offset;
    throw outOfBounds(offset, length, this.#size, call);
  }

  /** Writes a 64-bit pointer or size (below 2^53) at a byte offset that is a multiple of 4, without BigInt. */
  setUint64(offset: number, value: number): void {
    this.uint32[offset >> 2] = value >>> 0;
    this.uint32[(offset >> 2) + 1] = Math.floor(value / 2 ** 32);
  }

  /** Reads a 64-bit number (exact below 2^53) from a byte offset that is a multiple of 4. */
  getUint64(offset: number): number {
    return (this.uint32[(offset >> 2) + 1] ?? 0) * 2 ** 32 + (this.uint32[offset >> 2] ?? 0);
  }

  /**
   * Reports whether `length` bytes at `offset` equal those of `other` at `otherOffset`: memcmp(3).
   * @throws {RangeError} when the bytes are outside either memory.
   */
  equals(offset: number, other: NativeMemory, otherOffset: number, length: number): boolean {
    const own = this.addressOf(offset, length, 'memcmp');
    return libc().memcmp(own, other.addressOf(otherOffset, length, 'memcmp'), length) === 0;
  }

  /** Frees the memory. Its views may not be used afterwards, and system calls refuse it. A second call does nothing. */
  free(): void {
    if (this.#size === 0) return;
    countFree(this.#size);
    this.#size = 0;
    this.#free();
  }
}

function outOfBounds(offset: number, length: number, size: number, call: string): RangeError {
  const memory = size === 0 ? 'memory that was freed' : `the memory of ${size} bytes`;
  return new RangeError(`${call}: ${length} bytes at offset ${offset} are not within ${memory}`);
}

/**
 * Checks that an index is below `count`.
 * @param what what the index selects, for the error message.
 * @throws {RangeError} when it is not.
 */
export function checkIndex(index: number, count: number, what: string): void {
  if (!(index >= 0 && index < count)) throw new RangeError(`${what}: index ${index} is out of range (count: ${count})`);
}
