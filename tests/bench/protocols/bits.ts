/** Writes a DEFLATE stream bit by bit. */
export class Bits {
  readonly #bits: number[] = [];

  /** Writes a number, from its lowest bit. */
  number(value: number, bits: number): this {
    for (let i = 0; i < bits; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** Writes a Huffman code, from its highest bit. */
  code(value: number, bits: number): this {
    for (let i = bits - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  /**
   * Writes the beginning of a block with codes of its own: numbers of codes, and a code for their lengths in which 0 to
   * 15 have four bits each.
   */
  codes(literals: number, distances: number): this {
    this.number(0b100, 3)
      .number(literals - 257, 5)
      .number(distances - 1, 5)
      .number(15, 4);
    for (let i = 0; i < 19; i++) this.number(i < 3 ? 0 : 4, 3);
    return this;
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (i & 7));
    return bytes;
  }
}
