import { BLANK, COLON, CR, is, LF, skip, TOKEN, VALUE } from './characters.ts';
import { Word } from './word.ts';

/** Told of fields as they come. Each returns 0, or the status code of a fault. */
export interface FieldObserver {
  /** A field's name, in small letters, has come: is its value of interest? Then each byte of it is told. */
  name(name: Word): boolean;
  /** The next byte of the value, without the blanks before it. */
  value(byte: number): number;
  valueEnd(): number;
}

// What comes next.
const LINE = 0;
const NAME = 1;
const BLANKS = 2;
const VALUE_REST = 3;
const NEWLINE = 4;
const LAST_NEWLINE = 5;
const DONE = 6;

/**
 * Reads the lines `Name: value`, up to and with the empty one: headers, and trailers. RFC 9112 §5: a blank before the
 * colon, a value that goes on in the next line (obs-fold), and a line that ends with LF alone are faults.
 */
export class FieldLines {
  readonly #observer: FieldObserver;
  readonly #name = new Word();
  #state = LINE;
  #interesting = false;

  constructor(observer: FieldObserver) {
    this.#observer = observer;
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  reset(): void {
    this.#state = LINE;
  }

  /** Reads on, from `at` to `end` at most. @returns where it stopped, or a negated status code. */
  read(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && this.#state !== DONE) {
      if (this.#state === VALUE_REST && !this.#interesting) next = skip(bytes, next, end, VALUE);
      if (next === end) break;
      const fault = this.#take(bytes[next] as number);
      if (fault !== 0) return -fault;
      next++;
    }
    return next;
  }

  #take(byte: number): number {
    switch (this.#state) {
      case NAME:
        return this.#takeName(byte);
      case BLANKS:
        if (is(byte, BLANK)) return 0;
        this.#state = VALUE_REST;
        return this.#takeValue(byte);
      case VALUE_REST:
        return this.#takeValue(byte);
      case NEWLINE:
        this.#state = LINE;
        return byte === LF ? 0 : 400;
      case LAST_NEWLINE:
        this.#state = DONE;
        return byte === LF ? 0 : 400;
      default:
        return this.#takeLineBegin(byte);
    }
  }

  #takeLineBegin(byte: number): number {
    if (byte === CR) {
      this.#state = LAST_NEWLINE;
      return 0;
    }
    if (!is(byte, TOKEN)) return 400;
    this.#name.clear();
    this.#state = NAME;
    return this.#takeName(byte);
  }

  #takeName(byte: number): number {
    if (is(byte, TOKEN)) {
      this.#name.addLowerCase(byte);
      return 0;
    }
    if (byte !== COLON) return 400;
    this.#interesting = this.#observer.name(this.#name);
    this.#state = BLANKS;
    return 0;
  }

  #takeValue(byte: number): number {
    if (byte === CR) {
      this.#state = NEWLINE;
      return this.#interesting ? this.#observer.valueEnd() : 0;
    }
    if (!is(byte, VALUE)) return 400;
    return this.#interesting ? this.#observer.value(byte) : 0;
  }
}
