import { ChunkedBody } from './chunked-body.ts';
import { FieldLines } from './field-lines.ts';
import { RequestFields } from './request-fields.ts';
import { type Method, RequestLine } from './request-line.ts';
import { usualHeadEnd } from './usual-head.ts';

/** Most bytes of request line and headers together; Node's http has the same limit. */
const MAX_HEAD = 16_384;

/**
 * Parses HTTP/1 requests incrementally, from chunks with arbitrary boundaries: RFC 9112. Allocates nothing per request.
 * It stops at the end of a request until {@link next} is called, so that any number may be pipelined.
 */
export class RequestParser {
  /** True when the request is complete, including its body. */
  done = false;
  /** True right after the headers when the client waits for 100 Continue before it sends the body. */
  awaitsContinue = false;
  readonly #line = new RequestLine();
  readonly #fields = new RequestFields();
  readonly #lines = new FieldLines(this.#fields);
  readonly #chunks = new ChunkedBody();
  #inBody = false;
  /** Bytes of the head so far. */
  #head = 0;
  /** Remaining bytes of a body of known length. */
  #left = 0;

  /** True when no byte of a request has arrived. */
  get idle(): boolean {
    return !this.done && this.#line.untouched;
  }

  /** True when the request's head is complete and its body is not. */
  get inBody(): boolean {
    return this.#inBody && !this.done;
  }

  get method(): Method {
    return this.#line.method;
  }

  /** Reports whether the connection stays open: RFC 9112 §9.3. */
  get persistent(): boolean {
    return !this.#fields.close && (this.#line.minor > 0 || this.#fields.keepAlive);
  }

  /** Reports whether the reply must contain keep-alive, because the client uses HTTP/1.0. */
  get confirmsKeepAlive(): boolean {
    return this.#line.minor === 0 && this.persistent;
  }

  /** Starts the next request. */
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
   * Parses bytes from `at` to at most `end`. Stops when the request is complete, or the client needs 100 Continue.
   * @returns where it stopped, or a negated status code for a faulty request: then nothing more can be parsed.
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    this.awaitsContinue = false;
    if (this.#head === 0) {
      const headEnd = usualHeadEnd(bytes, at, Math.min(end, at + MAX_HEAD));
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
    const limit = Math.min(end, at + MAX_HEAD - this.#head);
    const line = this.#line;
    let next = line.done ? at : line.read(bytes, at, limit);
    if (next >= 0 && line.done) next = this.#lines.read(bytes, next, limit);
    if (next < 0) return next;
    this.#head += next - at;
    if (this.#head < MAX_HEAD || this.#lines.done) return next;
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
