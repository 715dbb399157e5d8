/**
 * Whole numbers in as few bytes as they need: seven bits in each, the lowest first, and the highest bit of all but the last
 * is set.
 * @see https://en.wikipedia.org/wiki/LEB128
 */

/** Bytes of the largest, 2³² − 1. */
export const MAX_VARINT_BYTES = 5;

/** Writes a number from 0 to 2³² − 1. @returns where the next one goes. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let [next, rest] = [at, value];
  while (rest > 0x7f) {
    bytes[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}

/** Reads numbers one after the other. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Returns the next number; not a number (NaN) where none is complete, or one is larger than 2³² − 1. */
  next(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return Number.NaN;
      // Operators of bits have signed results: the fifth byte would make the number negative.
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value < 2 ** 32 ? value : Number.NaN;
    }
    return Number.NaN;
  }
}
