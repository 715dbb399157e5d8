import { powerOfTwo, RequestTimes } from './request-times.ts';

const NONE = 0;
const PENDING = 1;
const ANSWERED = 2;
const LOST = 3;

/** Requests of a socket that have a place at least: one that has ended is remembered until another takes that. */
const LEAST_REMEMBERED = 256;

/** What a reply with some sequence number turns out to be. */
export type ReplyKind = 'answer' | 'duplicate' | 'late' | 'unknown';

/**
 * Requests over a transport that loses and reorders: each waits for its own reply, in any order, on each of many
 * sockets. It keeps its place for as long as it waits; sequence numbers that would need that place are passed over. The
 * last few are remembered after their end, so that a reply that comes again, or too late, is known.
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

  /** @param depth how many requests a socket may have pending: they leave at least three places in four free. */
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

  /** Notes a new request. @returns its sequence number, modulo 2^32, signed. */
  push(s: number, dueNanos: number, readyNanos: number): number {
    let sequence = this.#next[s] as number;
    let at = this.#at(s, sequence);
    while (this.#status[at] === PENDING) {
      sequence = (sequence + 1) | 0;
      at = this.#at(s, sequence);
    }
    this.#status[at] = PENDING;
    this.#times.push(s, sequence, dueNanos, readyNanos);
    this.#next[s] = sequence + 1;
    this.#pending[s] = (this.#pending[s] as number) + 1;
    this.total++;
    return sequence;
  }

  /** Takes back the newest request: it was not sent after all. */
  pop(s: number, sequence: number): void {
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

  /** The request is handed to the kernel now. */
  markSent(s: number, sequence: number, now: number): void {
    this.#times.markSent(s, sequence, now);
  }

  /** Tells what a reply is, and takes the request off when it is its answer. */
  reply(s: number, sequence: number): ReplyKind {
    const at = this.#at(s, sequence);
    if (this.#times.kept(s, sequence) !== sequence) return 'unknown';
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
    let left = this.#pending[s] as number;
    let oldest = next;
    for (let place = 0; left > 0; place++) {
      if (this.#status[this.#at(s, place)] !== PENDING) continue;
      const sequence = this.#times.kept(s, place);
      if ((next - sequence) >>> 0 > (next - oldest) >>> 0) oldest = sequence;
      left--;
    }
    return oldest;
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
