import { powerOfTwo } from './request-times.ts';

/**
 * A place holds one request in 64 bytes, a cache line: three times as doubles, then numbers of 32 bits.
 *
 *     byte   0    8      16    24      28        32     36      40     44
 *           due  ready  sent  socket  sequence  chain  before  after  status
 */
const DUE = 0;
const READY = 1;
const SENT = 2;
const SOCKET = 6;
const SEQUENCE = 7;
/** Next place with the same hash; of a free place, the next free one. */
const CHAIN = 8;
/** Neighbours in the list that the place is in: its socket's pending requests, or all that were given up. */
const BEFORE = 9;
const AFTER = 10;
const STATUS = 11;
const DOUBLE_BITS = 3;
const WORD_BITS = 4;
const PLACE_BYTES = 64;

const NONE = -1;
const PENDING = 1;
const LOST = 2;

/** Places at the beginning. Their number doubles when all are taken. */
const LEAST_PLACES = 64;
/** Requests given up that are remembered, on all sockets together, so that a late reply is known as one. */
export const MOST_LOST = 65_536;
/** Spreads sockets over the table; see payload.ts for the constant. */
const SPREAD = 0x9e3779b1;
/** Sequence numbers go round at 2^32: one of the lower half of those before the next was used, the others were not. */
const HALF = 2 ** 31;

/** What {@link Outstanding.reply} returns in place of a request's place. */
export const DUPLICATE = -1;
export const LATE = -2;
export const UNKNOWN = -3;

/**
 * Requests over a transport that loses and reorders: each waits for its own reply, in any order, on each of many
 * sockets. There is no limit to how many wait: all sockets share one store, found by hashing (socket, sequence number),
 * that grows with what is outstanding at once and allocates nothing otherwise. Besides, a socket takes 20 bytes.
 *
 * Answered requests are forgotten: a reply to a number that was used and neither waits nor was given up has come before.
 */
export class Outstanding {
  /** Requests that are pending on all sockets together. */
  total = 0;
  /** First of a chain of places for each hash, or -1. */
  #chains: Int32Array;
  #mask: number;
  #doubles: Float64Array;
  #words: Int32Array;
  #free: number;
  /** By socket: the next sequence number, how many are pending, the oldest of these and the newest. */
  readonly #next: Int32Array;
  readonly #pending: Int32Array;
  readonly #oldest: Int32Array;
  readonly #newest: Int32Array;
  /** By socket: the last number of those given up that is not remembered any more, or -1; up to it replies count as late. */
  readonly #forgotten: Int32Array;
  #lost = 0;
  #oldestLost = NONE;
  #newestLost = NONE;

  constructor(sockets: number) {
    this.#next = new Int32Array(sockets);
    this.#pending = new Int32Array(sockets);
    this.#oldest = new Int32Array(sockets).fill(NONE);
    this.#newest = new Int32Array(sockets).fill(NONE);
    this.#forgotten = new Int32Array(sockets).fill(NONE);
    const places = Math.max(LEAST_PLACES, powerOfTwo(sockets));
    const buffer = new ArrayBuffer(places * PLACE_BYTES);
    this.#doubles = new Float64Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#mask = places - 1;
    this.#chains = new Int32Array(places).fill(NONE);
    this.#free = NONE;
    this.#freeFrom(0);
  }

  /** How many requests are pending on a socket. */
  pending(s: number): number {
    return this.#pending[s] as number;
  }

  /** How many requests there is memory for now. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /** The sequence number that the socket's next request gets, modulo 2^32, signed. */
  next(s: number): number {
    return this.#next[s] as number;
  }

  /** The socket's next request was sent. */
  push(s: number, dueNanos: number, readyNanos: number, sentNanos: number): void {
    if (this.#free === NONE) this.#grow();
    const place = this.#free;
    const words = this.#words;
    const at = place << WORD_BITS;
    this.#free = words[at + CHAIN] as number;
    const sequence = this.#next[s] as number;
    this.#next[s] = sequence + 1;
    const times = place << DOUBLE_BITS;
    this.#doubles[times + DUE] = dueNanos;
    this.#doubles[times + READY] = readyNanos;
    this.#doubles[times + SENT] = sentNanos;
    words[at + SOCKET] = s;
    words[at + SEQUENCE] = sequence;
    words[at + STATUS] = PENDING;
    this.#enchain(place);
    const newest = this.#newest[s] as number;
    words[at + BEFORE] = newest;
    words[at + AFTER] = NONE;
    if (newest === NONE) this.#oldest[s] = place;
    else words[(newest << WORD_BITS) + AFTER] = place;
    this.#newest[s] = place;
    this.#pending[s] = (this.#pending[s] as number) + 1;
    this.total++;
  }

  /**
   * A reply to a request came: takes it off when it was pending.
   * @returns its place, whose times can be read until the next {@link push}; otherwise {@link DUPLICATE},
   * {@link LATE} (it was given up), or {@link UNKNOWN} (no request had that number).
   */
  reply(s: number, sequence: number): number {
    const place = this.#find(s, sequence);
    if (place !== NONE) return this.#take(place, s);
    const age = ((this.#next[s] as number) - 1 - sequence) >>> 0;
    if (age >= HALF) return UNKNOWN;
    const forgotten = this.#forgotten[s] as number;
    if (age < ((this.#next[s] as number) - 1 - forgotten) >>> 0) return DUPLICATE;
    return forgotten === NONE ? UNKNOWN : LATE;
  }

  /** Place of the oldest pending request of a socket, or -1. */
  oldest(s: number): number {
    return this.#oldest[s] as number;
  }

  /** Takes the oldest pending request of a socket off, as if it was answered. */
  takeOldest(s: number): void {
    this.#take(this.#oldest[s] as number, s);
  }

  /** Gives the oldest pending request of a socket up; a reply that still comes is late. */
  lose(s: number): void {
    const place = this.#oldest[s] as number;
    this.#unlist(place, s);
    const words = this.#words;
    const at = place << WORD_BITS;
    words[at + STATUS] = LOST;
    words[at + BEFORE] = this.#newestLost;
    words[at + AFTER] = NONE;
    if (this.#newestLost === NONE) this.#oldestLost = place;
    else words[(this.#newestLost << WORD_BITS) + AFTER] = place;
    this.#newestLost = place;
    if (++this.#lost > MOST_LOST) this.#forgetLost();
  }

  /** When the request in a place was due, could be sent, and was sent, in monotonic nanoseconds. */
  due(place: number): number {
    return this.#doubles[(place << DOUBLE_BITS) + DUE] as number;
  }
  ready(place: number): number {
    return this.#doubles[(place << DOUBLE_BITS) + READY] as number;
  }
  sent(place: number): number {
    return this.#doubles[(place << DOUBLE_BITS) + SENT] as number;
  }

  #take(place: number, s: number): number {
    const lost = this.#words[(place << WORD_BITS) + STATUS] === LOST;
    if (lost) this.#unlistLost(place);
    else this.#unlist(place, s);
    this.#release(place);
    return lost ? LATE : place;
  }

  #find(s: number, sequence: number): number {
    const words = this.#words;
    let place = this.#chains[this.#hash(s, sequence)] as number;
    while (place !== NONE) {
      const at = place << WORD_BITS;
      if (words[at + SEQUENCE] === sequence && words[at + SOCKET] === s) return place;
      place = words[at + CHAIN] as number;
    }
    return NONE;
  }

  /** Requests of a socket, made one after the other, lie side by side. */
  #hash(s: number, sequence: number): number {
    return (sequence + Math.imul(s, SPREAD)) & this.#mask;
  }

  #enchain(place: number): void {
    const at = place << WORD_BITS;
    const hash = this.#hash(this.#words[at + SOCKET] as number, this.#words[at + SEQUENCE] as number);
    this.#words[at + CHAIN] = this.#chains[hash] as number;
    this.#chains[hash] = place;
  }

  /** Takes a place out of its chain and makes it free. */
  #release(place: number): void {
    const words = this.#words;
    const at = place << WORD_BITS;
    const hash = this.#hash(words[at + SOCKET] as number, words[at + SEQUENCE] as number);
    const next = words[at + CHAIN] as number;
    let before = this.#chains[hash] as number;
    if (before === place) {
      this.#chains[hash] = next;
    } else {
      while (words[(before << WORD_BITS) + CHAIN] !== place) before = words[(before << WORD_BITS) + CHAIN] as number;
      words[(before << WORD_BITS) + CHAIN] = next;
    }
    words[at + CHAIN] = this.#free;
    this.#free = place;
  }

  /** Takes a pending request out of its socket's list. */
  #unlist(place: number, s: number): void {
    const words = this.#words;
    const at = place << WORD_BITS;
    const before = words[at + BEFORE] as number;
    const after = words[at + AFTER] as number;
    if (before === NONE) this.#oldest[s] = after;
    else words[(before << WORD_BITS) + AFTER] = after;
    if (after === NONE) this.#newest[s] = before;
    else words[(after << WORD_BITS) + BEFORE] = before;
    this.#pending[s] = (this.#pending[s] as number) - 1;
    this.total--;
  }

  #unlistLost(place: number): void {
    const words = this.#words;
    const at = place << WORD_BITS;
    const before = words[at + BEFORE] as number;
    const after = words[at + AFTER] as number;
    if (before === NONE) this.#oldestLost = after;
    else words[(before << WORD_BITS) + AFTER] = after;
    if (after === NONE) this.#newestLost = before;
    else words[(after << WORD_BITS) + BEFORE] = before;
    this.#lost--;
  }

  /** Forgets the request that was given up first. */
  #forgetLost(): void {
    const place = this.#oldestLost;
    const at = place << WORD_BITS;
    const s = this.#words[at + SOCKET] as number;
    this.#forgotten[s] = this.#words[at + SEQUENCE] as number;
    this.#unlistLost(place);
    this.#release(place);
  }

  #grow(): void {
    const before = this.#mask + 1;
    const buffer = new ArrayBuffer(2 * before * PLACE_BYTES);
    const doubles = new Float64Array(buffer);
    // Copied as numbers of 32 bits: as doubles, some patterns could be changed.
    const words = new Int32Array(buffer);
    words.set(this.#words);
    this.#doubles = doubles;
    this.#words = words;
    this.#mask = 2 * before - 1;
    this.#chains = new Int32Array(2 * before).fill(NONE);
    for (let place = 0; place < before; place++) this.#enchain(place);
    this.#freeFrom(before);
  }

  /** Makes the places from `first` on free. The lowest are taken first. */
  #freeFrom(first: number): void {
    for (let place = this.#mask; place >= first; place--) {
      this.#words[(place << WORD_BITS) + CHAIN] = this.#free;
      this.#free = place;
    }
  }
}
