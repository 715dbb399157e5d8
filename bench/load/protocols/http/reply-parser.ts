import { ChunkSize } from './chunk-size.ts';
import { codes } from './faults.ts';
import { CHUNKED } from './field-values.ts';
import type { ReplyKind } from './reply-kind.ts';
import { ResponseHead } from './response-head.ts';

// States of a connection: the part of the reply that is expected next.
const BETWEEN = 0;
const HEAD = 1;
const BODY = 2;
const BODY_UNTIL_CLOSE = 3;
const SIZE = 4;
const CHUNK = 5;
const TRAILERS = 6;
const DONE = 7;

/** Number of values that are kept for a connection within a reply. */
const SAVED = 4 + ResponseHead.SAVED + ChunkSize.SAVED;
const HEAD_AT = 4;
const CHUNK_AT = HEAD_AT + ResponseHead.SAVED;

/** Parses the replies of all connections, with their bodies. */
export class ReplyParser {
  readonly head = new ResponseHead();
  fault = 0;
  /** Number of bytes of the current reply so far, including interim responses (1xx). */
  bytes = 0;
  readonly #size = new ChunkSize();
  readonly #saved: Float64Array;
  #phase = BETWEEN;
  /** Remaining bytes of the body or chunk. */
  #left = 0;
  /** Number of bytes of the body so far. */
  #offset = 0;

  constructor(connections: number) {
    this.#saved = new Float64Array(connections * SAVED);
  }

  reset(c: number): void {
    this.#saved[c * SAVED] = BETWEEN;
  }

  /** True when the last reply that was read is complete. */
  get done(): boolean {
    return this.#phase === DONE;
  }

  /**
   * Reads bytes of a connection's reply, up to its end. @returns the position where it stopped; with a fault, that of
   * the wrong byte.
   */
  read(c: number, kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    this.fault = 0;
    if (this.#saved[c * SAVED] === BETWEEN) next = this.#begin(kind, bytes, at, end);
    else this.#load(c);
    const before = this.bytes;
    while (next < end && this.#phase !== DONE && this.fault === 0) next = this.#step(kind, bytes, next, end);
    this.bytes = before + next - at;
    if (this.#phase !== DONE) this.#save(c);
    else this.#saved[c * SAVED] = BETWEEN;
    return next;
  }

  /**
   * Handles the end of a connection's stream. @returns whether it completes a reply. If not, {@link bytes} is the
   * length of the incomplete one.
   */
  end(c: number, kind: ReplyKind): boolean {
    this.bytes = 0;
    if (this.#saved[c * SAVED] === BETWEEN) return false;
    this.#load(c);
    this.#saved[c * SAVED] = BETWEEN;
    this.fault = codes.endedEarly;
    if (this.#phase !== BODY_UNTIL_CLOSE) return false;
    this.fault = this.#compares(kind) && !kind.body.ends(this.#offset) ? codes.shortBody : 0;
    return true;
  }

  #begin(kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    this.bytes = 0;
    const known = kind.recognise(this.head, bytes, at, end);
    if (known > 0) {
      this.#beginBody(kind);
      return at + known;
    }
    this.head.start();
    this.#phase = HEAD;
    const next = this.#readHead(kind, bytes, at, end);
    // An interim response is not kept: a final one follows.
    if (this.head.done && this.fault === 0) kind.keep(this.head, bytes, at, next);
    return next;
  }

  #step(kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    switch (this.#phase) {
      case HEAD:
        return this.#readHead(kind, bytes, at, end);
      case SIZE:
        return this.#readSize(kind, bytes, at, end);
      case TRAILERS:
        return this.#readTrailers(bytes, at, end);
      default:
        return this.#readBody(kind, bytes, at, end);
    }
  }

  #readHead(kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    const next = this.head.read(bytes, at, end);
    const { head } = this;
    this.fault = head.fault;
    if (!head.done) return next;
    this.fault = head.status === 101 ? codes.switched : head.judge();
    // Faults of the head as a whole are reported at its last byte.
    if (this.fault !== 0) return next - 1;
    if (head.status < 200) head.start();
    else this.#beginBody(kind);
    return next;
  }

  /** Determines the length of the body: RFC 9112 §6.3. */
  #beginBody(kind: ReplyKind): void {
    const { status, fields } = this.head;
    this.#offset = 0;
    this.#left = Math.max(0, fields.length);
    if (kind.bodiless || status === 204 || status === 304) {
      this.#phase = DONE;
    } else if ((fields.flags & CHUNKED) !== 0) {
      this.#phase = SIZE;
      this.#size.start(true);
    } else if (fields.length < 0) {
      this.#phase = BODY_UNTIL_CLOSE;
      this.#left = Number.POSITIVE_INFINITY;
    } else if (fields.length === 0) {
      this.#endBody(kind);
    } else {
      this.#phase = BODY;
    }
  }

  #readBody(kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    const length = Math.min(this.#left, end - at);
    if (this.#compares(kind)) {
      const equal = kind.body.equal(bytes, at, this.#offset, length);
      if (equal < length) {
        this.fault = kind.body.exceeded(this.#offset + equal) ? codes.longBody : codes.otherBody;
        return at + equal;
      }
    }
    this.#offset += length;
    this.#left -= length;
    if (this.#left > 0) return at + length;
    if (this.#phase === CHUNK) {
      this.#phase = SIZE;
      this.#size.start(false);
    } else {
      this.#endBody(kind);
    }
    return at + length;
  }

  #readSize(kind: ReplyKind, bytes: Uint8Array, at: number, end: number): number {
    const next = this.#size.read(bytes, at, end);
    this.fault = this.#size.fault;
    if (!this.#size.done) return next;
    this.#left = this.#size.size;
    this.#phase = CHUNK;
    if (this.#left > 0) return next;
    this.#endBody(kind);
    this.#phase = TRAILERS;
    this.head.startTrailers();
    return next;
  }

  #readTrailers(bytes: Uint8Array, at: number, end: number): number {
    const next = this.head.read(bytes, at, end);
    this.fault = this.head.fault;
    if (this.head.done) this.#phase = DONE;
    return next;
  }

  #endBody(kind: ReplyKind): void {
    this.#phase = DONE;
    if (this.#compares(kind) && !kind.body.ends(this.#offset)) this.fault = codes.shortBody;
  }

  /** The body of a refusal is not compared. */
  #compares(kind: ReplyKind): boolean {
    return kind.expects(this.head.status);
  }

  #save(c: number): void {
    const at = c * SAVED;
    this.#saved[at] = this.#phase;
    this.#saved[at + 1] = this.bytes;
    this.#saved[at + 2] = this.#left;
    this.#saved[at + 3] = this.#offset;
    this.head.save(this.#saved, at + HEAD_AT);
    this.#size.save(this.#saved, at + CHUNK_AT);
  }

  #load(c: number): void {
    const at = c * SAVED;
    this.#phase = this.#saved[at] as number;
    this.bytes = this.#saved[at + 1] as number;
    this.#left = this.#saved[at + 2] as number;
    this.#offset = this.#saved[at + 3] as number;
    this.head.load(this.#saved, at + HEAD_AT);
    this.#size.load(this.#saved, at + CHUNK_AT);
  }
}
