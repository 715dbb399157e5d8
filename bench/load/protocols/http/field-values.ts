import { BLANK, COMMA, is, LF, VALUE } from '../../../../servers/apps/http/characters.ts';
import { codes } from './faults.ts';
import { WordMatch } from './word-match.ts';

/** Maximum number of digits of a Content-Length: a double holds every number of 15 digits exactly. */
const MAX_DIGITS = 15;
const ZERO = 0x30;

/** Fields whose values are parsed, sorted. */
export const FIELD_NAMES = [
  'connection',
  'content-length',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'transfer-encoding',
  'upgrade',
];
const CONNECTION = 0;
const CONTENT_LENGTH = 1;
const ACCEPT = 2;
const EXTENSIONS = 3;
const PROTOCOL = 4;
const TRANSFER_ENCODING = 5;

/** Words in list values, sorted: word i sets bit i of {@link FieldValues.flags}. */
const WORDS = ['chunked', 'close', 'keep-alive', 'upgrade', 'websocket'];
export const CHUNKED = 1;
export const CLOSES = 2;
export const KEEPS_ALIVE = 4;
export const UPGRADES = 8;
export const WEBSOCKET = 16;
/** Sec-WebSocket-Accept is as expected. */
export const ACCEPTED = 32;
/** The response contains a WebSocket extension or subprotocol. */
export const NEGOTIATED = 64;
/** The response has a transfer coding. */
export const CODED = 128;
/** It has a transfer coding other than chunked, or chunked twice. */
export const UNSUPPORTED_CODING = 256;
export const REPEATED_LENGTH = 512;
const REPEATED_ACCEPT = 1024;

// Positions in a value.
const BLANKS = 0;
const OTHER = 1;
const LENGTH = 2;
const LENGTH_BLANKS = 3;
const LIST = 4;
const LIST_BLANKS = 5;
const ACCEPT_VALUE = 6;
const PARSED = 7;

const SWITCHING = 101;

/** Parses the value of one field, byte by byte, from its first byte that is not blank. */
export interface ValueParser {
  /** Starts a value. */
  begin(): void;
  /** Takes the next byte. @returns 0 or a fault. */
  take(byte: number): number;
  /** Ends the value. @returns 0 or a fault. */
  end(): number;
}

/** Parses the headers of a response that determine the end of its body, and whether the connection stays open. */
export class FieldValues {
  /** Number of values that {@link save} writes. */
  static readonly SAVED = 4;
  /** Content-Length; -1 without one. */
  length = -1;
  /** Contents of the fields: bits {@link CHUNKED} to {@link UNSUPPORTED_CODING}. */
  flags = 0;
  readonly #words = new WordMatch(WORDS);
  /** The expected Sec-WebSocket-Accept. */
  readonly #accept: Uint8Array;
  /** Parses Sec-WebSocket-Extensions; undefined when none is expected. */
  readonly #extensions: ValueParser | undefined;
  #state = BLANKS;
  #field = -1;
  /** Number of digits or characters so far; -1 for an Accept that differs. */
  #count = 0;

  constructor(accept: string, extensions?: ValueParser) {
    this.#accept = new TextEncoder().encode(accept);
    this.#extensions = extensions;
  }

  /** True when the rest of this value has no effect. */
  get skips(): boolean {
    return this.#state === OTHER;
  }

  start(): void {
    this.length = -1;
    this.flags = 0;
  }

  save(to: Float64Array, at: number): void {
    to[at] = this.length;
    to[at + 1] = this.flags;
    to[at + 2] = this.#count;
    to[at + 3] = (this.#words.state * 16 + this.#field + 1) * 8 + this.#state;
  }

  load(from: Float64Array, at: number): void {
    this.length = from[at] as number;
    this.flags = from[at + 1] as number;
    this.#count = from[at + 2] as number;
    const packed = from[at + 3] as number;
    this.#state = packed & 7;
    this.#field = ((packed >> 3) & 15) - 1;
    this.#words.state = packed >> 7;
  }

  /** Starts a value. @param field index of its name; -1 for any other field. @param status that of the response. */
  begin(field: number, status: number): void {
    // Only a response that switches protocols negotiates extensions.
    this.#field = field === EXTENSIONS && status !== SWITCHING ? -1 : field;
    this.#state = BLANKS;
    this.#count = 0;
    if (field === CONTENT_LENGTH) {
      if (this.length >= 0) this.flags |= REPEATED_LENGTH;
      this.length = 0;
    } else if (this.#isParsed) {
      this.#extensions?.begin();
    } else if (field === EXTENSIONS || field === PROTOCOL) {
      this.flags |= NEGOTIATED;
    }
  }

  /** Takes the next byte of the value. @returns 0 or a fault. */
  take(byte: number): number {
    if (!is(byte, VALUE)) return byte === LF ? codes.bareNewline : codes.badValue;
    if (this.#state === BLANKS) {
      if (is(byte, BLANK)) return 0;
      this.#enter();
    }
    switch (this.#state) {
      case LENGTH:
      case LENGTH_BLANKS:
        return this.#takeDigit(byte);
      case LIST:
      case LIST_BLANKS:
        this.#takeListed(byte);
        return 0;
      case ACCEPT_VALUE:
        this.#takeAccept(byte);
        return 0;
      case PARSED:
        return this.#extensions?.take(byte) ?? 0;
      default:
        return 0;
    }
  }

  /** Ends the value. @returns 0 or a fault. */
  end(): number {
    if (this.#field === CONTENT_LENGTH && this.#count === 0) return codes.badLength;
    if (this.#isParsed) return this.#extensions?.end() ?? 0;
    if (this.#state === LIST || this.#state === LIST_BLANKS) this.#endWord();
    if (this.#field === ACCEPT) {
      const right = this.#count === this.#accept.length && (this.flags & REPEATED_ACCEPT) === 0;
      this.flags = (this.flags & ~ACCEPTED) | REPEATED_ACCEPT | (right ? ACCEPTED : 0);
    }
    return 0;
  }

  get #isParsed(): boolean {
    return this.#field === EXTENSIONS && this.#extensions !== undefined;
  }

  #enter(): void {
    if (this.#field === CONTENT_LENGTH) {
      this.#state = LENGTH;
    } else if (this.#field === ACCEPT) {
      this.#state = ACCEPT_VALUE;
    } else if (this.#isParsed) {
      this.#state = PARSED;
    } else if (this.#field < 0 || this.#field === EXTENSIONS || this.#field === PROTOCOL) {
      this.#state = OTHER;
    } else {
      this.#state = LIST;
      this.#words.start();
    }
  }

  #takeDigit(byte: number): number {
    if (is(byte, BLANK)) {
      this.#state = LENGTH_BLANKS;
      return 0;
    }
    const digit = byte - ZERO;
    if (this.#state === LENGTH_BLANKS || digit < 0 || digit > 9) return codes.badLength;
    if (++this.#count > MAX_DIGITS) return codes.hugeLength;
    this.length = this.length * 10 + digit;
    return 0;
  }

  #takeListed(byte: number): void {
    if (byte === COMMA) {
      this.#endWord();
      this.#words.start();
      this.#state = LIST;
    } else if (is(byte, BLANK)) {
      if (!this.#words.empty) this.#state = LIST_BLANKS;
    } else if (this.#state === LIST_BLANKS) {
      // Two words without a comma between them are not a known word.
      this.#words.markUnknown();
    } else {
      this.#words.take(byte);
    }
  }

  #endWord(): void {
    if (this.#words.empty) return;
    const bit = this.#words.index < 0 ? 0 : 1 << this.#words.index;
    if (this.#field === TRANSFER_ENCODING) {
      if (bit !== CHUNKED || (this.flags & CODED) !== 0) this.flags |= UNSUPPORTED_CODING;
      this.flags |= CODED | (bit & CHUNKED);
    } else if (this.#field === CONNECTION) {
      this.flags |= bit & (CLOSES | KEEPS_ALIVE | UPGRADES);
    } else {
      this.flags |= bit & WEBSOCKET;
    }
  }

  #takeAccept(byte: number): void {
    if (is(byte, BLANK) && this.#count === this.#accept.length) return;
    if (byte === this.#accept[this.#count]) this.#count++;
    else this.#count = -1;
  }
}
