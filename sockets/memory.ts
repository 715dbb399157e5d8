import { libc } from './libc.ts';
import { countAllocation, countFree } from './live-memory.ts';

/**
 * Memory outside the JavaScript heap, zeroed, at an address that never changes. Nothing frees it but
 * {@link NativeMemory.free}: neither the garbage collector nor the end of its thread. Who makes it owns it.
 */
export class NativeMemory {
  /** Where it starts; meaningful to this floor only. For a part of it use {@link addressOf}, which checks the bounds. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float64: Float64Array;
  readonly #free: () => void;
  #size: number;

  /**
   * @param size in bytes, below 2^31; rounded up to a multiple of 8.
   * @throws {RangeError} when it is no such number.
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

  /** In bytes; 0 when it was freed. */
  get size(): number {
    return this.#size;
  }

  /**
   * The address of `length` bytes from `offset` on, for a system call.
   * @param call what the address is for; the error names it.
   * @throws {RangeError} when they don't lie within this memory, or it was freed.
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
   * Are `length` bytes at `offset` the same as those of `other` at `otherOffset`? memcmp(3).
   * @throws {RangeError} when they don't lie within both.
   */
  equals(offset: number, other: NativeMemory, otherOffset: number, length: number): boolean {
    const own = this.addressOf(offset, length, 'memcmp');
    return libc().memcmp(own, other.addressOf(otherOffset, length, 'memcmp'), length) === 0;
  }

  /**
   * Gives the memory back. None of its views may be used afterwards, and no call takes it any more; to free it again
   * changes nothing.
   */
  free(): void {
    if (this.#size === 0) return;
    countFree(this.#size);
    this.#size = 0;
    this.#free();
  }
}

function outOfBounds(offset: number, length: number, size: number, call: string): RangeError {
  const why = size === 0 ? 'that was freed' : `of ${size} bytes`;
  return new RangeError(`${call}: ${length} bytes at offset ${offset} do not lie within memory ${why}`);
}

/** @throws {RangeError} unless `index` is one of `count`. @param what the index is of; the error names it. */
export function checkIndex(index: number, count: number, what: string): void {
  if (!(index >= 0 && index < count)) throw new RangeError(`${what}: there is no ${index} among ${count}`);
}
