import { BLANK, CR, hexadecimal, is, LF, SEMICOLON, skip, VALUE } from '../../../../servers/apps/http/characters.ts';
import { codes } from './faults.ts';

/**
 * Maximum number of digits of a chunk size: 13 hexadecimal digits are at most 2^52 - 1, which a double holds exactly.
 */
const MAX_DIGITS = 13;
/** Maximum size of the extensions of one chunk, in bytes. They are ignored; without a limit they could be endless. */
const MAX_EXTENSION = 16_384;

// States: what is expected next.
const FIRST_DIGIT = 0;
const DIGITS = 1;
const BLANKS = 2;
const EXTENSION = 3;
const NEWLINE = 4;
const DATA_RETURN = 5;
const DATA_NEWLINE = 6;
const DONE = 7;

/**
 * Parses the bytes between the data of two chunks: CRLF, then the size of the next one and its extensions. RFC 9112
 * §7.1.
 */
export class ChunkSize {
  /** Number of values that {@link save} writes. */
  static readonly SAVED = 3;
  /** Size of the chunk, in bytes. */
  size = 0;
  fault = 0;
  #state = FIRST_DIGIT;
  /** Number of digits of the size, then of bytes of extensions. */
  #count = 0;

  get done(): boolean {
    return this.#state === DONE;
  }

  /** @param first true before the first chunk, which follows no data. */
  start(first: boolean): void {
    this.#state = first ? FIRST_DIGIT : DATA_RETURN;
    this.size = 0;
    this.#count = 0;
  }

  save(to: Float64Array, at: number): void {
    to[at] = this.#state;
    to[at + 1] = this.size;
    to[at + 2] = this.#count;
  }

  load(from: Float64Array, at: number): void {
    this.#state = from[at] as number;
    this.size = from[at + 1] as number;
    this.#count = from[at + 2] as number;
  }

  /** Parses bytes. @returns the position after the line, or that of the byte with {@link fault}. */
  read(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    this.fault = 0;
    while (next < end && this.#state !== DONE) {
      if (this.#state === EXTENSION) {
        const to = skip(bytes, next, Math.min(end, next + MAX_EXTENSION - this.#count), VALUE);
        this.#count += to - next;
        next = to;
        if (next === end) break;
      }
      this.fault = this.#take(bytes[next] as number);
      if (this.fault !== 0) return next;
      next++;
    }
    return next;
  }

  #take(byte: number): number {
    switch (this.#state) {
      case FIRST_DIGIT:
        this.#state = DIGITS;
        return this.#takeDigit(byte);
      case DIGITS:
        return hexadecimal(byte) < 0 ? this.#endDigits(byte) : this.#takeDigit(byte);
      case BLANKS:
        // RFC 9112 §7.1.1: spaces and tabs are allowed before a semicolon only.
        if (byte === SEMICOLON) this.#state = EXTENSION;
        return byte === SEMICOLON || (is(byte, BLANK) && ++this.#count < MAX_EXTENSION) ? 0 : codes.badChunkSize;
      case EXTENSION:
        return this.#endExtension(byte);
      case NEWLINE:
        if (byte !== LF) return codes.bareNewline;
        this.#state = DONE;
        return 0;
      case DATA_RETURN:
        this.#state = DATA_NEWLINE;
        return byte === CR ? 0 : codes.chunkEnd;
      default:
        this.#state = FIRST_DIGIT;
        return byte === LF ? 0 : codes.chunkEnd;
    }
  }

  #takeDigit(byte: number): number {
    const digit = hexadecimal(byte);
    if (digit < 0) return codes.badChunkSize;
    if (++this.#count > MAX_DIGITS) return codes.hugeChunk;
    this.size = this.size * 16 + digit;
    return 0;
  }

  #endDigits(byte: number): number {
    this.#count = 0;
    if (byte === CR) this.#state = NEWLINE;
    else if (byte === SEMICOLON) this.#state = EXTENSION;
    else if (is(byte, BLANK)) this.#state = BLANKS;
    else return byte === LF ? codes.bareNewline : codes.badChunkSize;
    return 0;
  }

  #endExtension(byte: number): number {
    this.#state = NEWLINE;
    if (byte === CR) return 0;
    if (is(byte, VALUE)) return codes.longExtension;
    return byte === LF ? codes.bareNewline : codes.badValue;
  }
}
