import { powerOfTwo } from '../power-of-two.ts';
import { noDeliveries } from '../threads/counts.ts';

/** Results of {@link SentLines.receive}. */
export const UNCOUNTED = 0;
export const DELIVERED = 1;
/** Delivered to its last receiver. */
export const COMPLETE = 2;

/** Minimum number of lines remembered per sender, so that a duplicate is recognized. */
const MIN_REMEMBERED = 64;

/**
 * The lines that connections send to each other: when each was due, and which connections have received it. A sender's
 * lines are numbered from 0. All state is in typed arrays: nothing is allocated for a line.
 */
export class SentLines {
  counts = noDeliveries();
  /** Number of lines that are not delivered to every receiver. */
  outstanding = 0;
  /** Number of receivers that had not received the line that was given up last. */
  missed = 0;
  readonly #connections: number;
  readonly #depth: number;
  /** Slots of each sender, a power of two. */
  readonly #slots: number;
  /** Number of 32-bit words of a set of connections, one bit each. */
  readonly #words: number;
  readonly #next: Int32Array;
  readonly #open: Int32Array;
  // By slot: the line's number, how many receivers are missing, and when it was due, could be sent and was sent.
  readonly #numbers: Int32Array;
  readonly #missing: Int32Array;
  readonly #due: Float64Array;
  readonly #ready: Float64Array;
  readonly #sent: Float64Array;
  /** By slot: the connections that have received the line, or need not. */
  readonly #received: Uint32Array;
  /** The connections that are not in the room. */
  readonly #absent: Uint32Array;
  #present = 0;
  // By receiver and sender: the first line that the receiver is to receive, and the highest that it has received.
  readonly #since: Int32Array;
  readonly #latest: Int32Array;

  /** @param depth maximum number of outstanding lines of a sender. */
  constructor(connections: number, depth: number) {
    this.#connections = connections;
    this.#depth = depth;
    this.#slots = powerOfTwo(Math.max(2 * depth, MIN_REMEMBERED));
    this.#words = (connections + 31) >> 5;
    const slots = connections * this.#slots;
    this.#next = new Int32Array(connections);
    this.#open = new Int32Array(connections);
    this.#numbers = new Int32Array(slots).fill(-1);
    this.#missing = new Int32Array(slots);
    this.#due = new Float64Array(slots);
    this.#ready = new Float64Array(slots);
    this.#sent = new Float64Array(slots);
    this.#received = new Uint32Array(slots * this.#words);
    this.#absent = new Uint32Array(this.#words).fill(0xffffffff);
    this.#since = new Int32Array(connections * connections);
    this.#latest = new Int32Array(connections * connections);
  }

  /** Adds a connection to the room: it is expected to receive every line from now on. */
  enter(c: number): void {
    if (!isIn(this.#absent, 0, c)) return;
    this.#absent[c >> 5] = (this.#absent[c >> 5] as number) & ~(1 << (c & 31));
    this.#present++;
    this.#since.set(this.#next, c * this.#connections);
    this.#latest.fill(-1, c * this.#connections, (c + 1) * this.#connections);
  }

  /** Removes a connection from the room: it is still expected to have received earlier lines. */
  leave(c: number): void {
    if (isIn(this.#absent, 0, c)) return;
    put(this.#absent, 0, c);
    this.#present--;
  }

  isPresent(c: number): boolean {
    return !isIn(this.#absent, 0, c);
  }

  /** Returns how many more lines a connection may send: none to an empty room. */
  room(c: number): number {
    if (!this.isPresent(c) || this.#present < 2) return 0;
    const free = (this.#missing[this.#slotOf(c, this.#next[c] as number)] as number) === 0;
    return free ? this.#depth - (this.#open[c] as number) : 0;
  }

  /** Adds a line of a connection, due and ready to be sent at these times. @returns its number. */
  add(c: number, dueNanos: number, readyNanos: number): number {
    const number = this.#next[c] as number;
    const slot = this.#slotOf(c, number);
    this.#next[c] = number + 1;
    this.#numbers[slot] = number;
    this.#missing[slot] = this.#present - 1;
    this.#due[slot] = dueNanos;
    this.#ready[slot] = readyNanos;
    this.#sent[slot] = readyNanos;
    this.#received.set(this.#absent, slot * this.#words);
    put(this.#received, slot * this.#words, c);
    this.#open[c] = (this.#open[c] as number) + 1;
    this.outstanding++;
    this.counts.expected += this.#present - 1;
    return number;
  }

  markSent(c: number, number: number, now: number): void {
    this.#sent[this.#slotOf(c, number)] = now;
  }
  due(c: number, number: number): number {
    return this.#due[this.#slotOf(c, number)] as number;
  }
  ready(c: number, number: number): number {
    return this.#ready[this.#slotOf(c, number)] as number;
  }
  sent(c: number, number: number): number {
    return this.#sent[this.#slotOf(c, number)] as number;
  }

  /** Counts a line that a connection received. @returns {@link UNCOUNTED}, {@link DELIVERED} or {@link COMPLETE}. */
  receive(receiver: number, sender: number, number: number): number {
    const { counts } = this;
    if (!this.#wasSent(sender, number)) {
      counts.corrupted++;
      return UNCOUNTED;
    }
    const pair = receiver * this.#connections + sender;
    // The receiver entered the room while the line was in flight.
    if (number < (this.#since[pair] as number)) return UNCOUNTED;
    const slot = this.#slotOf(sender, number);
    const forgotten = this.#numbers[slot] !== number;
    if (!forgotten && isIn(this.#received, slot * this.#words, receiver)) {
      counts.duplicated++;
      return UNCOUNTED;
    }
    if (forgotten || this.#missing[slot] === 0) {
      counts.late++;
      return UNCOUNTED;
    }
    if (number < (this.#latest[pair] as number)) counts.reordered++;
    else this.#latest[pair] = number;
    put(this.#received, slot * this.#words, receiver);
    counts.delivered++;
    const missing = (this.#missing[slot] as number) - 1;
    this.#missing[slot] = missing;
    if (missing > 0) return DELIVERED;
    this.#close(sender);
    return COMPLETE;
  }

  /**
   * Gives up a line of a connection that could be sent before `deadline`, one per call.
   * @param before the first line that was not sent: neither it nor later ones are given up.
   * @returns when it was due; -1 for none.
   */
  giveUp(c: number, deadline: number, before = Number.POSITIVE_INFINITY): number {
    if ((this.#open[c] as number) === 0) return -1;
    for (let slot = c * this.#slots; slot < (c + 1) * this.#slots; slot++) {
      if ((this.#missing[slot] as number) === 0 || (this.#ready[slot] as number) >= deadline) continue;
      if ((this.#numbers[slot] as number) >= before) continue;
      this.missed = this.#missing[slot] as number;
      this.#missing[slot] = 0;
      this.#close(c);
      return this.#due[slot] as number;
    }
    return -1;
  }

  /**
   * Withdraws a line that is never sent, so that no connection is expected to receive it. @returns false when it had
   * ended before.
   */
  withdraw(c: number, number: number): boolean {
    const slot = this.#slotOf(c, number);
    if (this.#numbers[slot] !== number || this.#missing[slot] === 0) return false;
    this.counts.expected -= this.#missing[slot] as number;
    this.#missing[slot] = 0;
    this.#close(c);
    return true;
  }

  /** Resets the counts: from now on lines that are outstanding, and later ones, are expected. */
  restart(): void {
    this.counts = noDeliveries();
    for (const missing of this.#missing) this.counts.expected += missing;
  }

  #close(c: number): void {
    this.#open[c] = (this.#open[c] as number) - 1;
    this.outstanding--;
  }

  #wasSent(sender: number, number: number): boolean {
    return sender >= 0 && sender < this.#connections && number >= 0 && number < (this.#next[sender] as number);
  }

  #slotOf(c: number, number: number): number {
    return c * this.#slots + (number & (this.#slots - 1));
  }
}

function isIn(sets: Uint32Array, at: number, c: number): boolean {
  return ((sets[at + (c >> 5)] as number) & (1 << (c & 31))) !== 0;
}

function put(sets: Uint32Array, at: number, c: number): void {
  const word = at + (c >> 5);
  sets[word] = (sets[word] as number) | (1 << (c & 31));
}
