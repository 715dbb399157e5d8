import { BLANK, CR, hexadecimal, is, LF, SEMICOLON, skip, VALUE } from './characters.ts';
import { FieldLines, type FieldObserver } from './field-lines.ts';

/** Most digits of a chunk size: 13 hexadecimal digits are at most 2^52 - 1, which a double holds exactly. */
const MAX_DIGITS = 13;
/** Most bytes of extensions and trailers. They have no effect here, and could continue without end. */
const MAX_EXTRA = 16_384;

// What comes next.
const FIRST_DIGIT = 0;
const DIGITS = 1;
const BLANKS = 2;
const EXTENSION = 3;
const SIZE_NEWLINE = 4;
const DATA = 5;
const DATA_RETURN = 6;
const DATA_NEWLINE = 7;
const TRAILERS = 8;

/** Ignores trailers, which have no effect here. */
const ignoring: FieldObserver = { name: () => false, value: () => 0, valueEnd: () => 0 };

/** Skips a chunked body with its extensions and trailers: RFC 9112 §7.1. */
export class ChunkedBody {
  readonly #trailers = new FieldLines(ignoring);
  #state = FIRST_DIGIT;
  #digits = 0;
  /** Remaining bytes of the chunk. */
  #left = 0;
  #extra = 0;

  get done(): boolean {
    return this.#trailers.done;
  }

  reset(): void {
    this.#state = FIRST_DIGIT;
    this.#extra = 0;
    this.#trailers.reset();
  }

  /** Parses bytes from `at` to at most `end`. @returns where it stopped, or a negated status code. */
  read(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && !this.done) {
      const before = next;
      next = this.#step(bytes, next, end);
      if (next < 0) return next;
      if (this.#state === EXTENSION || this.#state === TRAILERS) this.#extra += next - before;
      if (this.#extra > MAX_EXTRA) return -431;
    }
    return next;
  }

  #step(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case DATA: {
        const taken = Math.min(this.#left, end - at);
        this.#left -= taken;
        if (this.#left === 0) this.#state = DATA_RETURN;
        return at + taken;
      }
      case TRAILERS:
        return this.#trailers.read(bytes, at, Math.min(end, at + MAX_EXTRA + 1 - this.#extra));
      case EXTENSION: {
        const to = skip(bytes, at, Math.min(end, at + MAX_EXTRA + 1 - this.#extra), VALUE);
        if (to > at) return to;
        break;
      }
    }
    return this.#take(bytes[at] as number) ? at + 1 : -400;
  }

  /** Processes one byte. @returns whether it is allowed here. */
  #take(byte: number): boolean {
    switch (this.#state) {
      case FIRST_DIGIT:
        this.#digits = 0;
        this.#left = 0;
        this.#state = DIGITS;
        return this.#takeDigit(byte);
      case DIGITS:
        return this.#takeDigit(byte) || this.#takeSizeEnd(byte);
      case BLANKS:
        // RFC 9112 §7.1.1: blanks are allowed before a semicolon, and nowhere else.
        if (byte === SEMICOLON) this.#state = EXTENSION;
        return byte === SEMICOLON || is(byte, BLANK);
      case EXTENSION:
        this.#state = SIZE_NEWLINE;
        return byte === CR;
      case SIZE_NEWLINE:
        this.#state = this.#left === 0 ? TRAILERS : DATA;
        return byte === LF;
      case DATA_RETURN:
        this.#state = DATA_NEWLINE;
        return byte === CR;
      default:
        this.#state = FIRST_DIGIT;
        return byte === LF;
    }
  }

  #takeDigit(byte: number): boolean {
    const digit = hexadecimal(byte);
    if (digit < 0 || ++this.#digits > MAX_DIGITS) return false;
    this.#left = this.#left * 16 + digit;
    return true;
  }

  #takeSizeEnd(byte: number): boolean {
    if (byte === CR) this.#state = SIZE_NEWLINE;
    else if (byte === SEMICOLON) this.#state = EXTENSION;
    else if (is(byte, BLANK)) this.#state = BLANKS;
    else return false;
    return true;
  }
}
