import { powerOfTwo, RequestTimes } from './request-times.ts';

const NONE = 0;
const PENDING = 1;
const ANSWERED = 2;
const LOST = 3;

/** Requests of a socket that are remembered at least: a lost one shall not be forgotten before it has timed out. */
const LEAST_REMEMBERED = 256;

/** What a reply with some sequence number turns out to be. */
export type ReplyKind = 'answer' | 'duplicate' | 'late' | 'unknown';

/**
 * Requests over a transport that loses and reorders: each waits for its own reply, in any order, on each of many
 * sockets. The last few are remembered after their end, so that a reply that comes again, or too late, is known.
 */
export class Outstanding {
  /** Requests that are pending on all sockets together. */
  total = 0;
  readonly #pending: Uint16Array;
  readonly #next: Int32Array;
  readonly #status: Uint8Array;
  /** When each of them was due, could be sent, and was sent. */
  readonly #times: RequestTimes;
  readonly #ring: number;

  /** @param depth how many requests a socket may have pending. */
  constructor(sockets: number, depth: number) {
    this.#ring = Math.max(LEAST_REMEMBERED, powerOfTwo(depth) * 4);
    this.#pending = new Uint16Array(sockets);
    this.#next = new Int32Array(sockets);
    this.#status = new Uint8Array(sockets * this.#ring);
    this.#times = new RequestTimes(sockets, this.#ring, true);
  }

  /** How many requests are pending on a socket. */
  pending(s: number): number {
    return this.#pending[s] as number;
  }

  /** Would the next request take the place of one that is still pending? Then that has to be given up: {@link farthest}. */
  crowded(s: number): boolean {
    return this.#status[this.#at(s, this.farthest(s))] === PENDING;
  }

  /** Sequence number of the request whose place the next one takes. */
  farthest(s: number): number {
    return ((this.#next[s] as number) - this.#ring) | 0;
  }

  /** Notes a new request. @returns its sequence number, modulo 2^32, signed. */
  push(s: number, dueNanos: number, readyNanos: number): number {
    const sequence = this.#next[s] as number;
    const at = this.#at(s, sequence);
    this.#status[at] = PENDING;
    this.#times.push(s, sequence, dueNanos, readyNanos);
    this.#next[s] = sequence + 1;
    this.#pending[s] = (this.#pending[s] as number) + 1;
    this.total++;
    return sequence;
  }

  /** Sequence number of the next request. */
  next(s: number): number {
    return this.#next[s] as number;
  }

  /** Takes back the newest request: it was not sent after all. */
  pop(s: number): void {
    const sequence = ((this.#next[s] as number) - 1) | 0;
    this.#end(s, this.#at(s, sequence), NONE);
    this.#next[s] = sequence;
  }

  /** When the request of that sequence number was due, in nanoseconds. */
  due(s: number, sequence: number): number {
    return this.#times.due(s, sequence);
  }
  /** When it could be sent, and when it was. */
  ready(s: number, sequence: number): number {
    return this.#times.ready(s, sequence);
  }
  sent(s: number, sequence: number): number {
    return this.#times.sent(s, sequence);
  }

  /** The newest `count` requests are handed to the kernel now. */
  markSent(s: number, count: number, now: number): void {
    const next = this.#next[s] as number;
    for (let back = count; back > 0; back--) this.#times.markSent(s, (next - back) | 0, now);
  }

  /** Tells what a reply is, and takes the request off when it is its answer. */
  reply(s: number, sequence: number): ReplyKind {
    const age = ((this.#next[s] as number) - sequence) >>> 0;
    if (age === 0 || age > this.#ring) return 'unknown';
    const at = this.#at(s, sequence);
    const status = this.#status[at];
    if (status === PENDING) {
      this.#end(s, at, ANSWERED);
      return 'answer';
    }
    return status === LOST ? 'late' : status === ANSWERED ? 'duplicate' : 'unknown';
  }

  /** Sequence number of the oldest pending request; meaningless when none is. */
  oldest(s: number): number {
    const next = this.#next[s] as number;
    for (let back = this.#ring; back > 0; back--) {
      const sequence = (next - back) | 0;
      if (this.#status[this.#at(s, sequence)] === PENDING) return sequence;
    }
    return 0;
  }

  /** Gives a request up; a reply that still comes is late. */
  lose(s: number, sequence: number): void {
    this.#end(s, this.#at(s, sequence), LOST);
  }

  #at(s: number, sequence: number): number {
    return s * this.#ring + (sequence & (this.#ring - 1));
  }

  #end(s: number, at: number, status: number): void {
    this.#status[at] = status;
    this.#pending[s] = (this.#pending[s] as number) - 1;
    this.total--;
  }
}
