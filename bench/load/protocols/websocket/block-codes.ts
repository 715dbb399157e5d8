import type { BitReader } from './bit-reader.ts';
import { END_OF_BLOCK } from './deflate-alphabets.ts';
import { HuffmanCode, MORE_BITS } from './huffman-code.ts';

/** Maximum numbers of codes: RFC 1951 §3.2.7. */
const LITERALS = 286;
const DISTANCES = 30;
const LENGTHS_OF_LENGTHS = 19;
/** Number of code lengths that are kept for a connection, and the first one of the code that encodes the others. */
const KEPT = LITERALS + DISTANCES + LENGTHS_OF_LENGTHS;
const FIRST_OF_LENGTHS = LITERALS + DISTANCES;

/** The symbols of the code for code lengths, in the order of their lengths in a block. */
const ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);
// Symbols of that code above the lengths: the length before is repeated 3 to 6 times, 0 is 3 to 10 or 11 to 138 times.
const REPEAT = 16;
const LONG_ZEROS = 18;

// Phases: what is read next.
const SIZES = 0;
const LENGTHS_CODE = 1;
const LENGTHS = 2;
const DEFINED = 3;

// Results of read().
export const INCOMPLETE = 0;
export const COMPLETE = 1;
export const INVALID = 2;

const SAVED = 5;

/**
 * Reads the two Huffman codes that a block of DEFLATE defines: RFC 1951 §3.2.7. All connections of a thread share the
 * decoding tables; of each connection only the code lengths are kept, from which the tables are made again when the
 * block of another connection came between.
 */
export class BlockCodes {
  readonly literals = new HuffmanCode(LITERALS);
  readonly distances = new HuffmanCode(DISTANCES);
  readonly #lengthsCode = new HuffmanCode(LENGTHS_OF_LENGTHS);
  readonly #lengths: Uint8Array;
  readonly #saved: Uint16Array;
  /** The connection that the tables belong to. */
  #owner = -1;
  #phase = SIZES;
  /** Number of codes for literals and lengths. */
  #literalCount = 0;
  /** Number of codes for literals, lengths and distances. */
  #total = 0;
  #lengthsCodeCount = 0;
  /** Number of code lengths so far, in this phase. */
  #known = 0;

  constructor(connections: number) {
    this.#lengths = new Uint8Array(connections * KEPT);
    this.#saved = new Uint16Array(connections * SAVED);
  }

  /** Starts the codes of a block of a connection. */
  start(c: number): void {
    this.#saved[c * SAVED] = SIZES;
  }

  /** Reads the definition of both codes. @returns INCOMPLETE, COMPLETE or INVALID. */
  read(c: number, reader: BitReader): number {
    this.#load(c);
    let result = INCOMPLETE;
    if (this.#phase === SIZES) result = this.#readSizes(reader);
    if (this.#phase === LENGTHS_CODE) result = this.#readLengthsCode(c, reader);
    if (this.#phase === LENGTHS) result = this.#readLengths(c, reader);
    this.#save(c);
    return result;
  }

  /** Makes `literals` and `distances` the codes of a connection again, if they are those of another one. */
  restore(c: number): void {
    if (this.#owner === c) return;
    this.#load(c);
    if (this.#phase === LENGTHS) this.#defineLengthsCode(c);
    if (this.#phase === DEFINED) this.#define(c);
  }

  #readSizes(reader: BitReader): number {
    if (!reader.has(14)) return INCOMPLETE;
    this.#literalCount = reader.take(5) + 257;
    const distanceCount = reader.take(5) + 1;
    this.#total = this.#literalCount + distanceCount;
    this.#lengthsCodeCount = reader.take(4) + 4;
    if (this.#literalCount > LITERALS || distanceCount > DISTANCES) return INVALID;
    this.#known = 0;
    this.#phase = LENGTHS_CODE;
    return COMPLETE;
  }

  #readLengthsCode(c: number, reader: BitReader): number {
    const first = c * KEPT + FIRST_OF_LENGTHS;
    if (this.#known === 0) this.#lengths.fill(0, first, first + LENGTHS_OF_LENGTHS);
    while (this.#known < this.#lengthsCodeCount) {
      if (!reader.has(3)) return INCOMPLETE;
      this.#lengths[first + (ORDER[this.#known++] as number)] = reader.take(3);
    }
    if (!this.#defineLengthsCode(c)) return INVALID;
    this.#known = 0;
    this.#phase = LENGTHS;
    return COMPLETE;
  }

  #readLengths(c: number, reader: BitReader): number {
    let result = COMPLETE;
    while (result === COMPLETE && this.#known < this.#total) result = this.#readLength(c, reader);
    if (result !== COMPLETE) return result;
    this.#phase = DEFINED;
    return this.#define(c) ? COMPLETE : INVALID;
  }

  /** Reads a symbol of the code for code lengths: a length, or a repetition. */
  #readLength(c: number, reader: BitReader): number {
    const entry = reader.peek(this.#lengthsCode);
    if (entry === MORE_BITS) return INCOMPLETE;
    const symbol = entry >> 4;
    const extra = extraBits(symbol);
    if (!reader.has((entry & 15) + extra)) return INCOMPLETE;
    reader.take(entry & 15);
    const next = c * KEPT + this.#known;
    if (symbol < REPEAT) {
      this.#lengths[next] = symbol;
      this.#known++;
      return COMPLETE;
    }
    const times = reader.take(extra) + (symbol === LONG_ZEROS ? 11 : 3);
    if (this.#known + times > this.#total || (symbol === REPEAT && this.#known === 0)) return INVALID;
    const length = symbol === REPEAT ? (this.#lengths[next - 1] as number) : 0;
    for (let i = 0; i < times; i++) this.#lengths[next + i] = length;
    this.#known += times;
    return COMPLETE;
  }

  #defineLengthsCode(c: number): boolean {
    this.#owner = c;
    const code = this.#lengthsCode;
    return code.define(this.#lengths, c * KEPT + FIRST_OF_LENGTHS, LENGTHS_OF_LENGTHS) && code.complete;
  }

  #define(c: number): boolean {
    this.#owner = c;
    const first = c * KEPT;
    const literals = this.#literalCount;
    if (this.#lengths[first + END_OF_BLOCK] === 0) return false;
    return (
      this.literals.define(this.#lengths, first, literals) &&
      this.distances.define(this.#lengths, first + literals, this.#total - literals)
    );
  }

  #save(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    saved[at] = this.#phase;
    saved[at + 1] = this.#literalCount;
    saved[at + 2] = this.#total;
    saved[at + 3] = this.#lengthsCodeCount;
    saved[at + 4] = this.#known;
  }

  #load(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    this.#phase = saved[at] as number;
    this.#literalCount = saved[at + 1] as number;
    this.#total = saved[at + 2] as number;
    this.#lengthsCodeCount = saved[at + 3] as number;
    this.#known = saved[at + 4] as number;
  }
}

/** Returns the number of bits after a symbol of the code for code lengths, the number of repetitions. */
function extraBits(symbol: number): number {
  if (symbol < REPEAT) return 0;
  if (symbol === REPEAT) return 2;
  return symbol === LONG_ZEROS ? 7 : 3;
}
