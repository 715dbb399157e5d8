/** Maximum length of a code, in bits: RFC 1951 §3.2.7. */
export const MAX_CODE_BITS = 15;
/** Codes up to this length are decoded by one look-up. */
const ROOT_BITS = 9;

/** Result of {@link HuffmanCode.decode}: the bits are too few. */
export const MORE_BITS = 0;
/** Result for bits that no code begins with: a symbol that exists in no alphabet, of one bit. */
const NO_CODE = (511 << 4) | 1;

/** A Huffman code of DEFLATE, defined by the lengths of its codes: RFC 1951 §3.2.2. */
export class HuffmanCode {
  /** False when there are bits that no code begins with. */
  complete = false;
  /** Number of codes of each length. */
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1);
  /** Index in {@link #symbols} of the next symbol of each length. */
  readonly #places = new Uint16Array(MAX_CODE_BITS + 1);
  /** All symbols, in the order of their codes. */
  readonly #symbols: Uint16Array;
  /**
   * Results of {@link decode} for the next bits, as many as the longest code has and as {@link mask} selects. 0: the code
   * has more.
   */
  readonly table = new Uint16Array(1 << ROOT_BITS);
  mask = 0;
  #longest = 0;

  /** @param symbols size of the alphabet. */
  constructor(symbols: number) {
    this.#symbols = new Uint16Array(symbols);
  }

  /**
   * Defines the code by the lengths, at `at`, of the codes of symbols 0, 1, 2 and so on, in bits; 0 for symbols without
   * a code.
   * @returns false when no such code exists, or it is incomplete. A single code of one bit, and no code at all, are
   *   allowed, as in zlib.
   */
  define(lengths: Uint8Array, at: number, symbols: number): boolean {
    const counts = this.#counts;
    counts.fill(0);
    for (let i = at; i < at + symbols; i++) {
      const bits = lengths[i] as number;
      counts[bits] = (counts[bits] as number) + 1;
    }
    let longest = 0;
    // Number of codes of this length that are not used, and do not begin with a shorter code.
    let free = 1;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      free = 2 * free - (counts[bits] as number);
      if (free < 0) return false;
      if (counts[bits] !== 0) longest = bits;
    }
    if (free > 0 && longest > 1) return false;
    this.complete = free === 0;
    this.#longest = longest;
    this.#sort(lengths, at, symbols);
    this.#fillTable();
    return true;
  }

  /**
   * Decodes the symbol that begins with the lowest of `count` bits; higher bits are 0.
   * @returns the symbol, times 16, plus the length of its code; MORE_BITS when `count` is too small.
   */
  decode(bits: number, count: number): number {
    const entry = this.table[bits & this.mask] as number;
    if (entry === 0) return this.#decodeLong(bits, count);
    return (entry & 15) <= count ? entry : MORE_BITS;
  }

  /** Decodes bit by bit. Codes of one length are consecutive numbers, and continue those of the lengths below. */
  #decodeLong(bits: number, count: number): number {
    const limit = Math.min(count, this.#longest);
    let code = 0;
    let first = 0;
    let place = 0;
    for (let length = 1; length <= limit; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const codes = this.#counts[length] as number;
      if (code < first + codes) return ((this.#symbols[place + code - first] as number) << 4) | length;
      place += codes;
      first = (first + codes) << 1;
      code <<= 1;
    }
    return count < Math.max(1, this.#longest) ? MORE_BITS : NO_CODE;
  }

  #sort(lengths: Uint8Array, at: number, symbols: number): void {
    const places = this.#places;
    places[1] = 0;
    for (let bits = 1; bits < MAX_CODE_BITS; bits++) {
      places[bits + 1] = (places[bits] as number) + (this.#counts[bits] as number);
    }
    for (let symbol = 0; symbol < symbols; symbol++) {
      const bits = lengths[at + symbol] as number;
      if (bits === 0) continue;
      const place = places[bits] as number;
      this.#symbols[place] = symbol;
      places[bits] = place + 1;
    }
  }

  #fillTable(): void {
    const table = this.table;
    const root = Math.max(1, Math.min(this.#longest, ROOT_BITS));
    const size = 1 << root;
    this.mask = size - 1;
    if (this.#longest > root || !this.complete) table.fill(0, 0, size);
    let place = 0;
    // The first bit of a code is its highest, and the lowest in the input: this is a code with its bits reversed.
    let code = 0;
    for (let bits = 1; bits <= root; bits++) {
      for (let left = this.#counts[bits] as number; left > 0; left--) {
        const entry = ((this.#symbols[place++] as number) << 4) | bits;
        for (let i = code; i < size; i += 1 << bits) table[i] = entry;
        let bit = 1 << (bits - 1);
        while ((code & bit) !== 0) bit >>= 1;
        code = bit === 0 ? 0 : (code & (bit - 1)) | bit;
      }
    }
  }
}
