import { BLANK, COMMA, is, SEMICOLON, TOKEN } from '../../../../servers/apps/http/characters.ts';
import type { ValueParser } from '../http/field-values.ts';
import { WordMatch } from '../http/word-match.ts';
import { codes } from './faults.ts';

const QUOTE = 0x22;
const EQUALS = 0x3d;
const ZERO = 0x30;

/**
 * The extension that a client offers. A server that agrees starts each message without reference to earlier ones, and
 * may limit the client's window: our messages need none.
 */
export const DEFLATE_OFFER =
  'permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits';

/** The extension and its parameters, sorted. */
const WORDS = [
  'client_max_window_bits',
  'client_no_context_takeover',
  'permessage-deflate',
  'server_max_window_bits',
  'server_no_context_takeover',
];
const CLIENT_WINDOW = 0;
const EXTENSION = 2;
const SERVER_WINDOW = 3;
const SERVER_CONTEXT = 4;

const SMALLEST_WINDOW = 8;
const LARGEST_WINDOW = 15;

// States: what is expected next.
const HEADER = 0;
const NAME = 1;
const NEXT_PARAMETER = 2;
const PARAMETER = 3;
const VALUE = 4;
const DIGITS = 5;
const QUOTED_DIGITS = 6;
const SEPARATOR = 7;
const COMPLETE = 8;
const REPEATED = 9;

/**
 * Parses a server's answer to the offer of permessage-deflate: RFC 6455 §9.1, RFC 7692 §7.1. Whatever the RFC does not
 * define for an answer is a fault, and so are escapes in quoted values, other cases of letters and blanks around `=`.
 */
export class DeflateAgreement implements ValueParser {
  /** Number of values that {@link save} writes. */
  static readonly SAVED = 6;
  readonly #words = new WordMatch(WORDS);
  #state = HEADER;
  /** Index of the current parameter. */
  #parameter = 0;
  /** Words so far: bit i for word i. */
  #seen = 0;
  #value = 0;
  #serverWindow = LARGEST_WINDOW;

  /** The server's window as its base-2 logarithm, 8 to 15; 0 when the server did not agree. */
  get windowBits(): number {
    return this.#state === COMPLETE ? this.#serverWindow : 0;
  }

  /** Starts a response. */
  start(): void {
    this.#state = HEADER;
    this.#seen = 0;
    this.#serverWindow = LARGEST_WINDOW;
  }

  begin(): void {
    this.#words.start();
    this.#state = this.#state === HEADER ? NAME : REPEATED;
  }

  take(byte: number): number {
    switch (this.#state) {
      case NEXT_PARAMETER:
        if (is(byte, BLANK)) return 0;
        this.#words.start();
        this.#state = PARAMETER;
        return this.#takeWord(byte);
      case NAME:
      case PARAMETER:
        return this.#takeWord(byte);
      case VALUE:
      case DIGITS:
      case QUOTED_DIGITS:
        return this.#takeValue(byte);
      case SEPARATOR:
        return this.#takeSeparator(byte);
      default:
        return codes.unsolicitedExtension;
    }
  }

  end(): number {
    const fault = this.#endItem();
    if (fault !== 0) return fault;
    this.#state = COMPLETE;
    return (this.#seen & (1 << SERVER_CONTEXT)) === 0 ? codes.contextTakeover : 0;
  }

  save(to: Float64Array, at: number): void {
    to[at] = this.#state;
    to[at + 1] = this.#words.state;
    to[at + 2] = this.#parameter;
    to[at + 3] = this.#seen;
    to[at + 4] = this.#value;
    to[at + 5] = this.#serverWindow;
  }

  load(from: Float64Array, at: number): void {
    this.#state = from[at] as number;
    this.#words.state = from[at + 1] as number;
    this.#parameter = from[at + 2] as number;
    this.#seen = from[at + 3] as number;
    this.#value = from[at + 4] as number;
    this.#serverWindow = from[at + 5] as number;
  }

  #takeWord(byte: number): number {
    if (is(byte, TOKEN)) {
      const isCapital = byte >= 0x41 && byte <= 0x5a;
      if (isCapital) this.#words.markUnknown();
      else this.#words.take(byte);
      return this.#words.isUnknown ? this.#unknownWord : 0;
    }
    const fault = this.#endWord();
    if (fault !== 0) return fault;
    if (byte !== EQUALS) return this.#needsValue ? codes.badExtension : this.#takeSeparator(byte);
    this.#state = VALUE;
    this.#value = 0;
    return this.#needsValue ? 0 : codes.badExtension;
  }

  /** Takes a byte of a number, which may be quoted. */
  #takeValue(byte: number): number {
    if (byte === QUOTE && this.#state === VALUE) {
      this.#state = QUOTED_DIGITS;
      return 0;
    }
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      this.#value = this.#value * 10 + digit;
      if (this.#state === VALUE) this.#state = DIGITS;
      return this.#value === 0 || this.#value > LARGEST_WINDOW ? codes.badExtension : 0;
    }
    const isQuoted = this.#state === QUOTED_DIGITS;
    if (isQuoted && byte !== QUOTE) return codes.badExtension;
    const fault = this.#endValue();
    if (fault !== 0) return fault;
    this.#state = SEPARATOR;
    return isQuoted ? 0 : this.#takeSeparator(byte);
  }

  #takeSeparator(byte: number): number {
    this.#state = SEPARATOR;
    if (is(byte, BLANK)) return 0;
    if (byte === COMMA) return codes.unsolicitedExtension;
    this.#state = NEXT_PARAMETER;
    return byte === SEMICOLON ? 0 : codes.badExtension;
  }

  /** Ends what the value ends with. @returns 0 or a fault. */
  #endItem(): number {
    switch (this.#state) {
      case NAME:
        return this.#endWord();
      case PARAMETER: {
        const fault = this.#endWord();
        return fault === 0 && this.#needsValue ? codes.badExtension : fault;
      }
      case DIGITS:
        return this.#endValue();
      case SEPARATOR:
        return 0;
      case REPEATED:
        return codes.unsolicitedExtension;
      default:
        return codes.badExtension;
    }
  }

  #endWord(): number {
    const word = this.#words.index;
    const isRight = this.#state === NAME ? word === EXTENSION : word >= 0 && word !== EXTENSION;
    if (!isRight) return this.#unknownWord;
    if ((this.#seen & (1 << word)) !== 0) return codes.badExtension;
    this.#seen |= 1 << word;
    this.#parameter = word;
    return 0;
  }

  #endValue(): number {
    if (this.#value < SMALLEST_WINDOW) return codes.badExtension;
    if (this.#parameter === SERVER_WINDOW) this.#serverWindow = this.#value;
    return 0;
  }

  get #needsValue(): boolean {
    return this.#parameter === CLIENT_WINDOW || this.#parameter === SERVER_WINDOW;
  }

  get #unknownWord(): number {
    return this.#state === NAME ? codes.unsolicitedExtension : codes.badExtension;
  }
}
