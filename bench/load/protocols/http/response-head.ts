import { COLON, CR, is, LF, SPACE, skip, TOKEN, VALUE } from '../../../../servers/apps/http/characters.ts';
import { codes } from './faults.ts';
import {
  CLOSES,
  CODED,
  FIELD_NAMES,
  FieldValues,
  KEEPS_ALIVE,
  REPEATED_LENGTH,
  UNSUPPORTED_CODING,
  type ValueParser,
} from './field-values.ts';
import { plainLineEnd, STATUS_BYTES, usualStatus } from './plain-line.ts';
import { WordMatch } from './word-match.ts';

/** Maximum size of a head, or of trailers, in bytes. No server is known to send more. */
const MAX_BYTES = 65_536;
const BEGINNING = new TextEncoder().encode('HTTP/1.');
const ZERO = 0x30;
const TAB = 0x09;

// States: what is expected next. Below MINOR they are positions in BEGINNING; the status has three, from STATUS.
const MINOR = 7;
const STATUS_BLANK = 8;
const STATUS = 9;
const STATUS_END = STATUS + 3;
const REASON = 13;
const LINE = 14;
const NAME = 15;
const FIELD_VALUE = 16;
const NEWLINE = 17;
const LAST_NEWLINE = 18;
const DONE = 19;

/**
 * Parses the head of an HTTP/1 response, and trailers, from pieces cut anywhere: RFC 9112. Whatever two parsers could
 * interpret differently is a fault. One parser serves all connections: {@link save} and {@link load} keep its state.
 */
export class ResponseHead {
  /** Number of values that {@link save} writes. */
  static readonly SAVED = 6 + FieldValues.SAVED;
  status = 0;
  minor = 0;
  fault = 0;
  readonly fields: FieldValues;
  readonly #names = new WordMatch(FIELD_NAMES);
  #state = 0;
  #bytes = 0;
  /** True when trailers are parsed: their values have no effect. */
  #trailers = false;

  /**
   * @param accept the expected Sec-WebSocket-Accept. Default: for responses without it.
   * @param extensions parses Sec-WebSocket-Extensions. Its state is not part of that of {@link save}.
   */
  constructor(accept = '', extensions?: ValueParser) {
    this.fields = new FieldValues(accept, extensions);
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  start(): void {
    this.#state = 0;
    this.#bytes = 0;
    this.#trailers = false;
    this.status = 0;
    this.fields.start();
  }

  /** Continues with the trailers of this response. */
  startTrailers(): void {
    this.#state = LINE;
    this.#bytes = 0;
    this.#trailers = true;
  }

  save(to: Float64Array, at: number): void {
    to[at] = this.#state;
    to[at + 1] = this.#bytes;
    to[at + 2] = this.#trailers ? 1 : 0;
    to[at + 3] = this.minor;
    to[at + 4] = this.status;
    to[at + 5] = this.#names.state;
    this.fields.save(to, at + 6);
  }

  load(from: Float64Array, at: number): void {
    this.#state = from[at] as number;
    this.#bytes = from[at + 1] as number;
    this.#trailers = from[at + 2] === 1;
    this.minor = from[at + 3] as number;
    this.status = from[at + 4] as number;
    this.#names.state = from[at + 5] as number;
    this.fields.load(from, at + 6);
  }

  /** Reports whether the server closes the connection after this response: RFC 9112 §9.3. */
  get closes(): boolean {
    const { flags } = this.fields;
    return (flags & CLOSES) !== 0 || (this.minor === 0 && (flags & KEEPS_ALIVE) === 0);
  }

  /**
   * Parses bytes from `at` to at most `end`.
   * @returns the position after the head, or that of the byte with {@link fault}.
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    const limit = Math.min(end, at + MAX_BYTES - this.#bytes);
    let next = at;
    this.fault = 0;
    while (next < limit && this.#state !== DONE) {
      const plain = this.#skip(bytes, next, limit);
      if (plain > next) {
        next = plain;
        continue;
      }
      this.fault = this.#take(bytes[next] as number);
      if (this.fault !== 0) return next;
      next++;
    }
    this.#bytes += next - at;
    if (next === limit && limit < end && this.#state !== DONE) this.fault = codes.longHead;
    return next;
  }

  /** Checks the headers together, after the last one. @returns 0 or a fault. */
  judge(): number {
    const { flags, length } = this.fields;
    const coded = (flags & CODED) !== 0;
    if ((flags & REPEATED_LENGTH) !== 0) return codes.repeatedLength;
    if (coded && length >= 0) return codes.lengthBesideCoding;
    if ((flags & UNSUPPORTED_CODING) !== 0) return codes.unknownCoding;
    if (coded && this.minor === 0) return codes.oldCoding;
    // RFC 9110 §8.6, RFC 9112 §6.1. Many servers send a length of 0 with 204, which all clients understand.
    if ((this.status < 200 || this.status === 204) && (coded || length > 0)) return codes.bodilessLength;
    return 0;
  }

  /**
   * Skips bytes that do not change the state.
   * @returns the position after them; `at` when {@link #take} must continue.
   */
  #skip(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case 0:
        return this.#skipStatus(bytes, at, end);
      case LINE:
        return plainLineEnd(bytes, at, end);
      case REASON:
        return skip(bytes, at, end, VALUE);
      case NAME:
        return this.#names.isUnknown ? skip(bytes, at, end, TOKEN) : at;
      case FIELD_VALUE:
        return this.fields.skips ? skip(bytes, at, end, VALUE) : at;
      default:
        return at;
    }
  }

  #skipStatus(bytes: Uint8Array, at: number, end: number): number {
    const status = usualStatus(bytes, at, end);
    if (status === 0) return at;
    this.minor = 1;
    this.status = status;
    this.#state = REASON;
    return at + STATUS_BYTES;
  }

  #take(byte: number): number {
    switch (this.#state) {
      case LINE:
        return this.#takeLineBegin(byte);
      case NAME:
        return this.#takeName(byte);
      case FIELD_VALUE:
        if (byte !== CR) return this.fields.take(byte);
        this.#state = NEWLINE;
        return this.fields.end();
      case NEWLINE:
        this.#state = LINE;
        return byte === LF ? 0 : codes.bareNewline;
      case LAST_NEWLINE:
        if (byte !== LF) return codes.bareNewline;
        this.#state = DONE;
        return 0;
      default:
        return this.#takeStatusLine(byte);
    }
  }

  #takeStatusLine(byte: number): number {
    const state = this.#state++;
    if (state < MINOR) return byte === BEGINNING[state] ? 0 : codes.notHttp;
    const digit = byte - ZERO;
    const isDigit = digit >= 0 && digit <= 9;
    switch (state) {
      case MINOR:
        this.minor = digit;
        return isDigit ? 0 : codes.notHttp;
      case STATUS_BLANK:
        return byte === SPACE ? 0 : codes.notHttp;
      case STATUS_END:
      case REASON:
        return this.#takeReason(byte, state);
      default:
        this.status = this.status * 10 + digit;
        return isDigit && this.status > 0 ? 0 : codes.notHttp;
    }
  }

  /** Many servers omit the space before an empty reason. That is not ambiguous. */
  #takeReason(byte: number, state: number): number {
    if (byte === SPACE && state === STATUS_END) return 0;
    this.#state = NEWLINE;
    if (byte === CR) return 0;
    if (byte === LF) return codes.bareNewline;
    return state === STATUS_END ? codes.notHttp : codes.badValue;
  }

  #takeLineBegin(byte: number): number {
    if (byte === CR) {
      this.#state = LAST_NEWLINE;
      return 0;
    }
    if (byte === SPACE || byte === TAB) return codes.folded;
    if (byte === COLON) return codes.badName;
    this.#state = NAME;
    this.#names.start();
    if (this.#trailers) this.#names.markUnknown();
    return this.#takeName(byte);
  }

  #takeName(byte: number): number {
    if (is(byte, TOKEN)) {
      this.#names.take(byte);
      return 0;
    }
    if (byte !== COLON) return byte === LF || byte === CR ? codes.bareNewline : codes.badName;
    this.fields.begin(this.#names.index, this.status);
    this.#state = FIELD_VALUE;
    return 0;
  }
}
