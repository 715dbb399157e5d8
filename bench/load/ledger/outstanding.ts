import { powerOfTwo } from '../power-of-two.ts';

/**
 * A place holds one request in 64 bytes, one cache line: three times as doubles, then 32-bit numbers.
 *
 *     byte   0    8      16    24      28        32     36      40     44
 *           due  ready  sent  socket  sequence  chain  before  after  status
 */
const DUE = 0;
const READY = 1;
const SENT = 2;
const SOCKET = 6;
const SEQUENCE = 7;
/** Next place with the same hash; for a free place, the next free one. */
const CHAIN = 8;
/** Neighbours in the place's list: its socket's pending requests, or all requests that were given up. */
const BEFORE = 9;
const AFTER = 10;
const STATUS = 11;
const DOUBLE_BITS = 3;
const WORD_BITS = 4;
const PLACE_BYTES = 64;

const NONE = -1;
const PENDING = 1;
const LOST = 2;

/** Initial number of places. It doubles when all are taken. */
const MIN_PLACES = 64;
/** Maximum number of given-up requests that are remembered, on all sockets together, to recognize late replies. */
export const MAX_LOST = 65_536;
/** Spreads sockets over the table; 2^32 divided by the golden ratio (Knuth, TAOCP 6.4). */
const SPREAD = 0x9e3779b1;
/** Sequence numbers wrap at 2^32: the 2^31 before the next one count as used, the others as unused. */
const HALF = 2 ** 31;

/** {@link Outstanding.reply} returns these in place of a request's place. */
export const DUPLICATE = -1;
export const LATE = -2;
export const UNKNOWN = -3;

/**
 * Requests over a transport that loses and reorders: each waits for its own reply, in any order, on each of many
 * sockets. Any number may wait: all sockets share one store, a hash table by (socket, sequence number). It grows with
 * the number of requests outstanding at once and allocates nothing otherwise. Each socket takes 20 bytes in addition.
 *
 * Answered requests are forgotten: a reply is a duplicate when its number was used and its request is neither pending
 * nor given up.
 */
export class Outstanding {
  /** Requests that are pending on all sockets together. */
  total = 0;
  /** First place of the chain of each hash, or -1. */
  #chains: Int32Array;
  #mask: number;
  #doubles: Float64Array;
  #words: Int32Array;
  #free: number;
  /** By socket: the next sequence number, the number of pending requests, the oldest of these and the newest. */
  readonly #next: Int32Array;
  readonly #pending: Int32Array;
  readonly #oldest: Int32Array;
  readonly #newest: Int32Array;
  /** By socket: the last given-up number that is not remembered any more, or -1; replies up to it count as late. */
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
    const places = Math.max(MIN_PLACES, powerOfTwo(sockets));
    const buffer = new ArrayBuffer(places * PLACE_BYTES);
    this.#doubles = new Float64Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#mask = places - 1;
    this.#chains = new Int32Array(places).fill(NONE);
    this.#free = NONE;
    this.#freeFrom(0);
  }

  /** Returns the number of requests pending on a socket. */
  pending(s: number): number {
    return this.#pending[s] as number;
  }

  /** Number of requests for which memory is allocated. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /** Returns the sequence number of the socket's next request, modulo 2^32, signed. */
  next(s: number): number {
    return this.#next[s] as number;
  }

  /** Adds the socket's next request, which was sent. */
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
   * Handles a reply: removes its request when it was pending.
   * @returns its place, whose times can be read until the next {@link push}; otherwise {@link DUPLICATE}, {@link LATE}
   * (it was given up), or {@link UNKNOWN} (no request had that number).
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

  /** Returns the place of the oldest pending request of a socket, or -1. */
  oldest(s: number): number {
    return this.#oldest[s] as number;
  }

  /** Returns the place of the pending request that the same socket sent next, or -1. */
  after(place: number): number {
    return this.#words[(place << WORD_BITS) + AFTER] as number;
  }

  sequence(place: number): number {
    return this.#words[(place << WORD_BITS) + SEQUENCE] as number;
  }

  /** Removes the oldest pending request of a socket, as if it had been answered. */
  takeOldest(s: number): void {
    this.#take(this.#oldest[s] as number, s);
  }

  /** Gives up the oldest pending request of a socket; its reply, if it still comes, is late. */
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
    if (++this.#lost > MAX_LOST) this.#forgetLost();
  }

  /**
   * Returns when the request in a place was due; {@link ready}: could be sent; {@link sent}: was sent. Monotonic
   * nanoseconds.
   */
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

  /** Consecutive requests of a socket lie side by side. */
  #hash(s: number, sequence: number): number {
    return (sequence + Math.imul(s, SPREAD)) & this.#mask;
  }

  #enchain(place: number): void {
    const at = place << WORD_BITS;
    const hash = this.#hash(this.#words[at + SOCKET] as number, this.#words[at + SEQUENCE] as number);
    this.#words[at + CHAIN] = this.#chains[hash] as number;
    this.#chains[hash] = place;
  }

  /** Removes a place from its chain and frees it. */
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

  /** Removes a pending request from its socket's list. */
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
    // Copied as 32-bit numbers: as doubles, some bit patterns could change.
    const words = new Int32Array(buffer);
    words.set(this.#words);
    this.#doubles = doubles;
    this.#words = words;
    this.#mask = 2 * before - 1;
    this.#chains = new Int32Array(2 * before).fill(NONE);
    for (let place = 0; place < before; place++) this.#enchain(place);
    this.#freeFrom(before);
  }

  /** Frees the places from `first` on. The lowest are taken first. */
  #freeFrom(first: number): void {
    for (let place = this.#mask; place >= first; place--) {
      this.#words[(place << WORD_BITS) + CHAIN] = this.#free;
      this.#free = place;
    }
  }
}
