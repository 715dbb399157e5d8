import { libc } from './libc.ts';

/** Memory outside the JavaScript heap, zeroed, at an address that never changes. Free it with {@link NativeMemory.free}. */
export class NativeMemory {
  /** Where it starts; meaningful to this floor only. */
  readonly address: number;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float64: Float64Array;
  readonly #free: () => void;

  /** @param size in bytes; rounded up to a multiple of 8. */
  constructor(size: number) {
    this.size = (size + 7) & ~7;
    const block = libc().allocate(this.size);
    this.address = block.address;
    this.bytes = new Uint8Array(block.bytes);
    this.int32 = new Int32Array(block.bytes);
    this.uint32 = new Uint32Array(block.bytes);
    this.float64 = new Float64Array(block.bytes);
    this.#free = block.free;
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

  /** Are `length` bytes at `offset` the same as those of `other` at `otherOffset`? memcmp(3). */
  equals(offset: number, other: NativeMemory, otherOffset: number, length: number): boolean {
    return libc().memcmp(this.address + offset, other.address + otherOffset, length) === 0;
  }

  /** Gives the memory back. Neither this object nor any of its views may be used afterwards. */
  free(): void {
    this.#free();
  }
}
