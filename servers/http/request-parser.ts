import { ChunkedBody } from './chunked-body.ts';
import { FieldLines } from './field-lines.ts';
import { RequestFields } from './request-fields.ts';
import { type Method, RequestLine } from './request-line.ts';
import { usualHeadEnd } from './usual-head.ts';

/** Bytes that a request line and headers may have together: as many as Node's http takes. */
const MOST_HEAD = 16_384;

/**
 * Reads HTTP/1 requests from bytes that come as the network cut them: RFC 9112. Allocates nothing for a request. What is
 * behind a request is left alone until {@link next}, so that any number may come together.
 */
export class RequestParser {
  /** Has a whole request come, with its body? */
  done = false;
  /** Have the headers just come, of a client that waits to be told to send the body? */
  awaitsContinue = false;
  readonly #line = new RequestLine();
  readonly #fields = new RequestFields();
  readonly #lines = new FieldLines(this.#fields);
  readonly #chunks = new ChunkedBody();
  #inBody = false;
  /** Bytes of the head so far. */
  #head = 0;
  /** Of a body of known length, what is still to come. */
  #left = 0;

  /** Is nothing of a request there? */
  get idle(): boolean {
    return !this.done && this.#line.untouched;
  }

  /** Is a request's head whole, and its body not? */
  get inBody(): boolean {
    return this.#inBody && !this.done;
  }

  get method(): Method {
    return this.#line.method;
  }

  /** Is the connection to stay open? RFC 9112 §9.3. */
  get persistent(): boolean {
    return !this.#fields.close && (this.#line.minor > 0 || this.#fields.keepAlive);
  }

  /** Must that be told, as HTTP/1.0 wouldn't know? */
  get tellsKeepAlive(): boolean {
    return this.#line.minor === 0 && this.persistent;
  }

  /** Begins the next request. */
  next(): void {
    this.done = false;
    this.awaitsContinue = false;
    this.#inBody = false;
    this.#head = 0;
    this.#line.reset();
    this.#lines.reset();
    this.#fields.reset();
  }

  /**
   * Reads on, from `at` to `end` at most: until the request is whole, or its sender is to be told to go on.
   * @returns where it stopped, or a negated status code that says what is wrong: then nothing more can be read.
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    this.awaitsContinue = false;
    if (this.#head === 0) {
      const headEnd = usualHeadEnd(bytes, at, Math.min(end, at + MOST_HEAD));
      if (headEnd > 0) {
        this.#line.isUsual(bytes[at] as number);
        this.done = true;
        return headEnd;
      }
    }
    if (this.#inBody) return this.#readBody(bytes, at, end);
    const next = this.#readHead(bytes, at, end);
    if (next < 0 || !this.#lines.done) return next;
    const fault = this.#fields.judge(this.#line.minor);
    if (fault !== 0) return -fault;
    this.#beginBody();
    return this.done || this.awaitsContinue || next === end ? next : this.#readBody(bytes, next, end);
  }

  #readHead(bytes: Uint8Array, at: number, end: number): number {
    const limit = Math.min(end, at + MOST_HEAD - this.#head);
    const line = this.#line;
    let next = line.done ? at : line.read(bytes, at, limit);
    if (next >= 0 && line.done) next = this.#lines.read(bytes, next, limit);
    if (next < 0) return next;
    this.#head += next - at;
    if (this.#head < MOST_HEAD || this.#lines.done) return next;
    // RFC 9110 §15.5.15, and RFC 6585 §5.
    return line.inTarget ? -414 : -431;
  }

  #beginBody(): void {
    const { chunked, length, continues } = this.#fields;
    this.#inBody = true;
    this.#left = Math.max(0, length);
    this.done = !chunked && this.#left === 0;
    this.awaitsContinue = continues && !this.done;
    if (chunked) this.#chunks.reset();
  }

  #readBody(bytes: Uint8Array, at: number, end: number): number {
    if (this.#fields.chunked) {
      const next = this.#chunks.read(bytes, at, end);
      this.done = this.#chunks.done;
      return next;
    }
    const taken = Math.min(this.#left, end - at);
    this.#left -= taken;
    this.done = this.#left === 0;
    return at + taken;
  }
}
