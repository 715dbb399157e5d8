import { BLANK, COMMA, HOST, is } from './characters.ts';
import type { FieldObserver } from './field-lines.ts';
import { Word, wordOf } from './word.ts';

const HOST_NAME = wordOf('host');
const CONTENT_LENGTH = wordOf('content-length');
const TRANSFER_ENCODING = wordOf('transfer-encoding');
const CONNECTION = wordOf('connection');
const EXPECT = wordOf('expect');

const CHUNKED = wordOf('chunked');
const CLOSE = wordOf('close');
const KEEP_ALIVE = wordOf('keep-alive');
const CONTINUE = wordOf('100-continue');

/** Most digits of a Content-Length: a double holds every number of 15 digits exactly. */
const MAX_DIGITS = 15;
const ZERO = 0x30;
const NINE = 0x39;

const NONE = 0;
const OF_HOST = 1;
const OF_LENGTH = 2;
const OF_CODING = 3;
const OF_CONNECTION = 4;
const OF_EXPECT = 5;

/**
 * Collects what a request's headers specify about its body and its connection. Refuses requests in which two parsers
 * could see different ends of the body (request smuggling, RFC 9112 §11.2).
 */
export class RequestFields implements FieldObserver {
  /** Bytes of the body; -1 without a Content-Length. */
  length = -1;
  /** True when the body is chunked. */
  chunked = false;
  close = false;
  keepAlive = false;
  continues = false;
  #field = NONE;
  #hosts = 0;
  #lengths = 0;
  #digits = 0;
  /** Number of transfer codings so far. */
  #codings = 0;
  #expectations = 0;
  /** The current element of a comma-separated list. */
  readonly #word = new Word();
  /** True when a blank has ended the word, which must not continue then. */
  #ended = false;

  reset(): void {
    this.length = -1;
    this.chunked = false;
    this.close = false;
    this.keepAlive = false;
    this.continues = false;
    this.#hosts = 0;
    this.#lengths = 0;
    this.#digits = 0;
    this.#codings = 0;
    this.#expectations = 0;
  }

  name(name: Word): boolean {
    this.#field = fieldOf(name);
    this.#word.clear();
    this.#ended = false;
    if (this.#field === OF_HOST) this.#hosts++;
    if (this.#field === OF_LENGTH) this.#lengths++;
    return this.#field !== NONE;
  }

  value(byte: number): number {
    if (this.#field === OF_LENGTH) return this.#takeDigit(byte);
    if (this.#field === OF_HOST) return this.#takeHost(byte);
    if (byte === COMMA) return this.#endWord();
    if (is(byte, BLANK)) {
      this.#ended = !this.#word.empty;
      return 0;
    }
    if (this.#ended) {
      // Two words without a comma between them: no known word.
      this.#word.add(0);
      this.#ended = false;
    }
    this.#word.addLowerCase(byte);
    return 0;
  }

  valueEnd(): number {
    if (this.#field === OF_LENGTH) return this.length < 0 ? 400 : 0;
    return this.#field === OF_HOST ? 0 : this.#endWord();
  }

  /**
   * Checks the headers together, after the last one.
   * @param minor minor version of HTTP/1.
   * @returns 0, or the status code of a fault.
   */
  judge(minor: number): number {
    // RFC 9112 §3.2: exactly one Host; in HTTP/1.0 at most one.
    if (this.#hosts > 1 || (this.#hosts === 0 && minor > 0)) return 400;
    // RFC 9112 §6.3 allows refusing a repeated Content-Length even if the values are equal.
    if (this.#lengths > 1) return 400;
    if (this.#codings > 0) {
      // RFC 9112 §6.1 and §6.3: no Content-Length beside it, not in HTTP/1.0, and chunked comes last.
      if (this.length >= 0 || minor === 0 || !this.chunked) return 400;
      if (this.#codings > 1) return 501;
    }
    // RFC 9110 §10.1.1: an Expect of HTTP/1.0 is ignored.
    if (minor > 0 && this.#expectations > (this.continues ? 1 : 0)) return 417;
    this.continues &&= minor > 0;
    return 0;
  }

  #takeDigit(byte: number): number {
    if (is(byte, BLANK)) {
      this.#ended = true;
      return 0;
    }
    if (this.#ended || byte < ZERO || byte > NINE) return 400;
    if (++this.#digits > MAX_DIGITS) return 413;
    this.length = Math.max(0, this.length) * 10 + byte - ZERO;
    return 0;
  }

  #takeHost(byte: number): number {
    if (is(byte, BLANK)) {
      this.#ended = true;
      return 0;
    }
    return is(byte, HOST) && !this.#ended ? 0 : 400;
  }

  /** Ends an element of a list. Empty elements are ignored: RFC 9110 §5.6.1. */
  #endWord(): number {
    const word = this.#word;
    if (word.empty) return 0;
    switch (this.#field) {
      case OF_CODING:
        this.#codings++;
        // Chunked twice, or not last: RFC 9112 §6.1.
        if (this.chunked) return 400;
        this.chunked = word.is(CHUNKED);
        break;
      case OF_CONNECTION:
        if (word.is(CLOSE)) this.close = true;
        if (word.is(KEEP_ALIVE)) this.keepAlive = true;
        break;
      default:
        this.#expectations++;
        this.continues ||= word.is(CONTINUE);
    }
    word.clear();
    this.#ended = false;
    return 0;
  }
}

function fieldOf(name: Word): number {
  if (name.is(HOST_NAME)) return OF_HOST;
  if (name.is(CONTENT_LENGTH)) return OF_LENGTH;
  if (name.is(TRANSFER_ENCODING)) return OF_CODING;
  if (name.is(CONNECTION)) return OF_CONNECTION;
  return name.is(EXPECT) ? OF_EXPECT : NONE;
}
