import { CR, is, LF, SPACE, skip, TARGET, TOKEN } from './characters.ts';
import { Word, wordOf } from './word.ts';

/** `other`: a known method that this server does not allow. `unknown`: not a method of RFC 9110 or RFC 5789. */
export type Method = 'get' | 'head' | 'other' | 'unknown';

const GET = wordOf('GET');
const HEAD = wordOf('HEAD');
const OTHER_NAMES = ['POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const OTHERS = OTHER_NAMES.map(wordOf);
/** Followed by the version: two digits with a dot between them. */
const PROTOCOL = new TextEncoder().encode('HTTP/');
const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;

// What comes next.
const BEGIN = 0;
const EMPTY_LINE = 1;
const METHOD = 2;
const TARGET_BEGIN = 3;
const TARGET_REST = 4;
const NAME = 5;
const MAJOR = 6;
const POINT = 7;
const MINOR = 8;
const RETURN = 9;
const NEWLINE = 10;
const DONE = 11;

/** Returns the kind of a method by its name, such as `GET`. Names are case-sensitive: RFC 9110 §9.1. */
export function methodOf(name: string): Method {
  if (name === 'GET') return 'get';
  if (name === 'HEAD') return 'head';
  return OTHER_NAMES.includes(name) ? 'other' : 'unknown';
}

/** Parses a request line, `GET /path HTTP/1.1`: RFC 9112 §3. Lines must end with CRLF. Skips empty lines before it. */
export class RequestLine {
  method: Method = 'unknown';
  /** The minor version: 0 for HTTP/1.0. A version above 1.1 is treated as 1.1. */
  minor = 1;
  readonly #word = new Word();
  #state = BEGIN;
  #major = 0;
  /** Number of matched characters of `HTTP/`. */
  #named = 0;

  get done(): boolean {
    return this.#state === DONE;
  }

  /** True when nothing but empty lines has arrived. */
  get untouched(): boolean {
    return this.#state === BEGIN;
  }

  /** True while reading the target, so that an overlong line is the target's fault. */
  get inTarget(): boolean {
    return this.#state === TARGET_REST;
  }

  reset(): void {
    this.#state = BEGIN;
    this.#word.clear();
  }

  /** Records a line that {@link usualHeadEnd} has parsed: GET or HEAD, by its first letter, in HTTP/1.1. */
  isUsual(letter: number): void {
    this.method = letter === GET[0] ? 'get' : 'head';
    this.minor = 1;
  }

  /** Parses bytes from `at` to at most `end`. @returns where it stopped, or a negated status code. */
  read(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && this.#state !== DONE) {
      if (this.#state === TARGET_REST) next = skip(bytes, next, end, TARGET);
      if (next === end) break;
      const fault = this.#take(bytes[next] as number);
      if (fault !== 0) return -fault;
      next++;
    }
    return next;
  }

  /** Processes one byte. @returns 0, or the status code of a fault. */
  #take(byte: number): number {
    switch (this.#state) {
      case METHOD:
        return this.#takeMethod(byte);
      case TARGET_BEGIN:
        return this.#expect(is(byte, TARGET), TARGET_REST);
      case TARGET_REST:
        this.#named = 0;
        return this.#expect(byte === SPACE, NAME);
      case NAME:
      case MAJOR:
      case POINT:
      case MINOR:
        return this.#takeVersion(byte);
      case RETURN:
        return this.#expect(byte === CR, NEWLINE);
      case NEWLINE:
        return this.#expect(byte === LF, DONE);
      case EMPTY_LINE:
        return this.#expect(byte === LF, BEGIN);
      default:
        if (byte === CR) return this.#expect(true, EMPTY_LINE);
        this.#state = METHOD;
        return this.#takeMethod(byte);
    }
  }

  #takeMethod(byte: number): number {
    if (is(byte, TOKEN)) {
      this.#word.add(byte);
      return 0;
    }
    if (byte !== SPACE || this.#word.empty) return 400;
    if (this.#word.is(GET)) this.method = 'get';
    else if (this.#word.is(HEAD)) this.method = 'head';
    else this.method = OTHERS.some((other) => this.#word.is(other)) ? 'other' : 'unknown';
    this.#state = TARGET_BEGIN;
    return 0;
  }

  #takeVersion(byte: number): number {
    const digit = byte >= ZERO && byte <= NINE;
    switch (this.#state) {
      case NAME:
        return this.#expect(byte === PROTOCOL[this.#named++], this.#named === PROTOCOL.length ? MAJOR : NAME);
      case MAJOR:
        this.#major = byte - ZERO;
        return this.#expect(digit, POINT);
      case POINT:
        return this.#expect(byte === DOT, MINOR);
      default:
        this.minor = byte - ZERO;
        if (digit && this.#major !== 1) return 505;
        return this.#expect(digit, RETURN);
    }
  }

  #expect(holds: boolean, state: number): number {
    this.#state = state;
    return holds ? 0 : 400;
  }
}
