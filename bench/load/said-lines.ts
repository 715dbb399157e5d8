import { powerOfTwo } from './request-times.ts';

/** What became of the lines of a chat, hearer by hearer. */
export interface DeliveryCounts {
  /** A line is expected by each that was in the room when it was said, but who said it. */
  expected: number;
  /** Heard in time, once each. */
  delivered: number;
  /** Heard again, or by who said it. */
  duplicated: number;
  /** Heard after a later line of the same speaker. */
  reordered: number;
  /** Heard when it had been given up. */
  late: number;
  /** Lines that nobody said. */
  corrupted: number;
}

export function noDeliveries(): DeliveryCounts {
  return { expected: 0, delivered: 0, duplicated: 0, reordered: 0, late: 0, corrupted: 0 };
}

/** What {@link SaidLines.hear} says of a line that was heard. */
export const UNCOUNTED = 0;
export const DELIVERED = 1;
/** Delivered, and now everybody has it. */
export const COMPLETE = 2;

/** Lines of a speaker that are remembered at least, so that one that comes again is known. */
const LEAST_REMEMBERED = 64;

/**
 * The lines that connections say to each other: when each was due, and who has heard it. Lines of a speaker are numbered
 * from 0. All is in typed arrays: nothing is allocated for a line.
 */
export class SaidLines {
  counts = noDeliveries();
  /** Lines that not everybody has heard. */
  outstanding = 0;
  /** How many had not heard the line that was given up last. */
  missed = 0;
  readonly #connections: number;
  readonly #depth: number;
  /** Slots of each speaker, a power of two. */
  readonly #slots: number;
  /** Words of a set of connections, a bit each. */
  readonly #words: number;
  readonly #next: Int32Array;
  readonly #open: Int32Array;
  // By slot: the line's number, who is still to hear it, and when it was due, could be sent and was.
  readonly #numbers: Int32Array;
  readonly #missing: Int32Array;
  readonly #due: Float64Array;
  readonly #ready: Float64Array;
  readonly #sent: Float64Array;
  /** By slot: who has heard it, or need not. */
  readonly #heard: Uint32Array;
  /** Who is not in the room. */
  readonly #absent: Uint32Array;
  #present = 0;
  // By hearer and speaker: the first line that the hearer is to hear, and the last that it heard.
  readonly #since: Int32Array;
  readonly #latest: Int32Array;

  /** @param depth lines of a speaker that may be outstanding. */
  constructor(connections: number, depth: number) {
    this.#connections = connections;
    this.#depth = depth;
    this.#slots = powerOfTwo(Math.max(2 * depth, LEAST_REMEMBERED));
    this.#words = (connections + 31) >> 5;
    const slots = connections * this.#slots;
    this.#next = new Int32Array(connections);
    this.#open = new Int32Array(connections);
    this.#numbers = new Int32Array(slots).fill(-1);
    this.#missing = new Int32Array(slots);
    this.#due = new Float64Array(slots);
    this.#ready = new Float64Array(slots);
    this.#sent = new Float64Array(slots);
    this.#heard = new Uint32Array(slots * this.#words);
    this.#absent = new Uint32Array(this.#words).fill(0xffffffff);
    this.#since = new Int32Array(connections * connections);
    this.#latest = new Int32Array(connections * connections);
  }

  /** A connection is in the room: it is to hear what is said from now on. */
  enter(c: number): void {
    if (!isIn(this.#absent, 0, c)) return;
    this.#absent[c >> 5] = (this.#absent[c >> 5] as number) & ~(1 << (c & 31));
    this.#present++;
    this.#since.set(this.#next, c * this.#connections);
    this.#latest.fill(-1, c * this.#connections, (c + 1) * this.#connections);
  }

  /** A connection has left: it is still expected to have heard what was said before. */
  leave(c: number): void {
    if (isIn(this.#absent, 0, c)) return;
    put(this.#absent, 0, c);
    this.#present--;
  }

  isPresent(c: number): boolean {
    return !isIn(this.#absent, 0, c);
  }

  /** How many more lines a connection may say: none to an empty room. */
  room(c: number): number {
    if (!this.isPresent(c) || this.#present < 2) return 0;
    const free = (this.#missing[this.#slotOf(c, this.#next[c] as number)] as number) === 0;
    return free ? this.#depth - (this.#open[c] as number) : 0;
  }

  /** A connection says a line, due and ready to be sent at these times. @returns its number. */
  say(c: number, dueNanos: number, readyNanos: number): number {
    const number = this.#next[c] as number;
    const slot = this.#slotOf(c, number);
    this.#next[c] = number + 1;
    this.#numbers[slot] = number;
    this.#missing[slot] = this.#present - 1;
    this.#due[slot] = dueNanos;
    this.#ready[slot] = readyNanos;
    this.#sent[slot] = readyNanos;
    this.#heard.set(this.#absent, slot * this.#words);
    put(this.#heard, slot * this.#words, c);
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

  /** A connection hears a line. Counts it, and says whether it is delivered by that, or even {@link COMPLETE}. */
  hear(hearer: number, speaker: number, number: number): number {
    const { counts } = this;
    if (!this.#wasSaid(speaker, number)) {
      counts.corrupted++;
      return UNCOUNTED;
    }
    const pair = hearer * this.#connections + speaker;
    // It came into the room when this was on its way.
    if (number < (this.#since[pair] as number)) return UNCOUNTED;
    const slot = this.#slotOf(speaker, number);
    const forgotten = this.#numbers[slot] !== number;
    if (!forgotten && isIn(this.#heard, slot * this.#words, hearer)) {
      counts.duplicated++;
      return UNCOUNTED;
    }
    if (forgotten || this.#missing[slot] === 0) {
      counts.late++;
      return UNCOUNTED;
    }
    if (number < (this.#latest[pair] as number)) counts.reordered++;
    else this.#latest[pair] = number;
    put(this.#heard, slot * this.#words, hearer);
    counts.delivered++;
    const missing = (this.#missing[slot] as number) - 1;
    this.#missing[slot] = missing;
    if (missing > 0) return DELIVERED;
    this.#close(speaker);
    return COMPLETE;
  }

  /**
   * Gives up on lines of a connection that could be sent before `deadline`, one a call.
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

  /** A line is never sent, so that nobody is to hear it. @returns false when it had ended before. */
  withdraw(c: number, number: number): boolean {
    const slot = this.#slotOf(c, number);
    if (this.#numbers[slot] !== number || this.#missing[slot] === 0) return false;
    this.counts.expected -= this.#missing[slot] as number;
    this.#missing[slot] = 0;
    this.#close(c);
    return true;
  }

  /** Forgets what was counted: from now on what is outstanding is expected, and what will be said. */
  restart(): void {
    this.counts = noDeliveries();
    for (const missing of this.#missing) this.counts.expected += missing;
  }

  #close(c: number): void {
    this.#open[c] = (this.#open[c] as number) - 1;
    this.outstanding--;
  }

  #wasSaid(speaker: number, number: number): boolean {
    return speaker >= 0 && speaker < this.#connections && number >= 0 && number < (this.#next[speaker] as number);
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
