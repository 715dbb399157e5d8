import { BLANK, COLON, CR, is, LF, skip, TOKEN, VALUE } from './characters.ts';
import { Word } from './word.ts';

/** Receives fields as they are parsed. `value` and `valueEnd` return 0, or the status code of a fault. */
export interface FieldObserver {
  /** Receives a field's name in lower case. @returns true to receive the bytes of its value. */
  name(name: Word): boolean;
  /** Receives the next byte of the value, without leading blanks. */
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
 * Parses lines `Name: value`, headers or trailers, up to and including the empty line. RFC 9112 §5: a blank before the
 * colon, a value continued on the next line (obs-fold), and a line that ends with LF alone are faults.
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

  /** Parses bytes from `at` to at most `end`. @returns where it stopped, or a negated status code. */
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
