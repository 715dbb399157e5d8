import { copyBytes } from '../bytes.ts';
import { maskByte } from './frame.ts';
import type { BitField, LetterCode } from './letter-codes.ts';

const LETTER_A = 0x61;
/** Length of the header of the empty stored block after a message; the rest of it is removed: RFC 7692 §7.2.1. */
const EMPTY_BLOCK_BITS = 3;

/**
 * A block of DEFLATE that contains letters without back-references, and the empty block after it, compressed once and
 * masked. As all letters have the same number of bits, it can be ended after any of them.
 */
export class LetterBlock {
  readonly #bytes: Buffer;
  readonly #letters: number;
  readonly #mask: number;
  readonly #headBits: number;
  readonly #letterBits: number;
  readonly #end: BitField;

  /** @param mask XORed with the bytes, the lowest byte first. */
  constructor({ head, letterBits, codeOfA, end }: LetterCode, letters: Uint8Array, mask: number) {
    this.#letters = letters.length;
    this.#mask = mask;
    this.#headBits = head.reduce((sum, [, bits]) => sum + bits, 0);
    this.#letterBits = letterBits;
    this.#end = end;
    const codes = Array.from({ length: 26 }, (_, i): BitField => [reversed(codeOfA + i, letterBits), letterBits]);
    const writer = new BitWriter(this.lengthOf(letters.length));
    for (const field of head) writer.write(field);
    for (const letter of letters) writer.write(codes[letter - LETTER_A] as BitField);
    writer.write(end);
    this.#bytes = Buffer.from(writer.bytes.map((byte, i) => byte ^ maskByte(mask, i)));
  }

  /** Returns the length of a block with the first `letters` letters, in bytes. */
  lengthOf(letters: number): number {
    return Math.ceil((this.#endOf(letters) + this.#end[1] + EMPTY_BLOCK_BITS) / 8);
  }

  /** Writes a block with the first `letters` letters at `at`. @returns bytes written. */
  write(out: Uint8Array, at: number, letters: number): number {
    const length = this.lengthOf(letters);
    copyBytes(this.#bytes, length, out, at);
    if (letters === this.#letters) return length;
    const position = this.#endOf(letters);
    const from = Math.floor(position / 8);
    const shift = position - from * 8;
    const letterPart = ((this.#bytes[from] as number) ^ maskByte(this.#mask, from)) & ((1 << shift) - 1);
    let bits = letterPart | (this.#end[0] << shift);
    for (let i = from; i < length; i++) {
      out[at + i] = (bits & 0xff) ^ maskByte(this.#mask, i);
      bits >>= 8;
    }
    return length;
  }

  /** Returns the number of bits before the end of a block. */
  #endOf(letters: number): number {
    return this.#headBits + letters * this.#letterBits;
  }
}

/** Writes numbers to bytes, from the lowest bit: RFC 1951 §3.1.1. */
class BitWriter {
  readonly bytes: Uint8Array;
  #position = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  write([value, bits]: BitField): void {
    let rest = value << (this.#position % 8);
    for (let i = Math.floor(this.#position / 8); rest > 0; i++) {
      this.bytes[i] = (this.bytes[i] as number) | (rest & 0xff);
      rest >>= 8;
    }
    this.#position += bits;
  }
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= ((code >> i) & 1) << (bits - 1 - i);
  return result;
}
