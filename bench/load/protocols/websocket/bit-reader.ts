import { type HuffmanCode, MAX_CODE_BITS } from './huffman-code.ts';

/** Reads bits from bytes that arrive in pieces, from the lowest bit of each: RFC 1951 §3.1.1. */
export class BitReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Position of the next byte. */
  next = 0;
  end = 0;
  /** Bits of the bytes before `next` that have not been read, the next one lowest. The others are 0. */
  held = 0;
  /** Number of held bits, below 32. */
  count = 0;

  /** Continues with the next piece. */
  begin(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.next = at;
    this.end = end;
  }

  /** Holds at least `bits` bits, at most 24. @returns false when the piece ends before. */
  has(bits: number): boolean {
    while (this.count < bits) {
      if (this.next === this.end) return false;
      this.held |= (this.bytes[this.next++] as number) << this.count;
      this.count += 8;
    }
    return true;
  }

  /** Reads bits that are held, at most 24. */
  take(bits: number): number {
    const value = this.held & ((1 << bits) - 1);
    // A number above 2^31 would not be an integer to V8, but a floating-point number.
    this.held = (this.held >>> bits) | 0;
    this.count -= bits;
    return value;
  }

  /** Decodes the next symbol without reading it. @returns as {@link HuffmanCode.decode}. */
  peek(code: HuffmanCode): number {
    this.has(MAX_CODE_BITS);
    return code.decode(this.held, this.count);
  }

  /** Skips the remaining bits of a byte. */
  align(): void {
    this.take(this.count & 7);
  }

  /** Position of the byte with the last bit that was read. */
  get last(): number {
    return this.next - (this.count >> 3) - 1;
  }
}
