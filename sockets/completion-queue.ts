import type { MappedMemory } from './mapped-memory.ts';

const IORING_CQE_F_BUFFER = 1 << 0;
const IORING_CQE_F_MORE = 1 << 1;
const BUFFER_SHIFT = 16;
const IORING_SQ_CQ_OVERFLOW = 1 << 1;

// struct io_uring_cqe, 16 bytes: in 32-bit words.
const CQE_BITS = 2;
const DATA = 0;
const KIND = 1;
const RESULT = 2;
const FLAGS = 3;

/** Where a queue's parts are, in bytes: struct io_cqring_offsets, io_uring_setup(2). */
export interface CompletionOffsets {
  /** The ring's flags: struct io_sqring_offsets. */
  readonly flags: number;
  readonly head: number;
  readonly tail: number;
  readonly cqes: number;
}

/** What the kernel tells of operations that have completed, the oldest first. */
export class CompletionQueue {
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #flagsAt: number;
  readonly #headAt: number;
  readonly #tailAt: number;
  readonly #cqesAt: number;
  #head = 0;

  constructor(entries: number, offsets: CompletionOffsets, ring: MappedMemory) {
    this.#words = ring.int32;
    this.#mask = entries - 1;
    this.#flagsAt = offsets.flags >> 2;
    this.#headAt = offsets.head >> 2;
    this.#tailAt = offsets.tail >> 2;
    this.#cqesAt = offsets.cqes >> 2;
  }

  /** How many there are. */
  get ready(): number {
    return (Atomics.load(this.#words, this.#tailAt) - this.#head) | 0;
  }

  /** Are there more than the queue holds? The kernel keeps them until it is asked again after {@link advance}. */
  get overflown(): boolean {
    return (Atomics.load(this.#words, this.#flagsAt) & IORING_SQ_CQ_OVERFLOW) !== 0;
  }

  /** The numbers with which the operation of the i-th completion was prepared. */
  kindAt(i: number): number {
    return this.#words[this.#at(i) + KIND] as number;
  }
  dataAt(i: number): number {
    return this.#words[this.#at(i) + DATA] as number;
  }

  /** What the system call would have returned: zero or more, or a negated errno. */
  resultAt(i: number): number {
    return this.#words[this.#at(i) + RESULT] as number;
  }

  /** Will the operation of the i-th completion bring further ones? */
  hasMore(i: number): boolean {
    return ((this.#words[this.#at(i) + FLAGS] as number) & IORING_CQE_F_MORE) !== 0;
  }

  /** The buffer of a {@link BufferRing} that holds what was received, to be released; -1 for none. */
  bufferAt(i: number): number {
    const flags = this.#words[this.#at(i) + FLAGS] as number;
    return (flags & IORING_CQE_F_BUFFER) === 0 ? -1 : flags >>> BUFFER_SHIFT;
  }

  /** The first `count` are done with: their places go back to the kernel, and the next one is the 0-th. */
  advance(count: number): void {
    this.#head = (this.#head + count) | 0;
    Atomics.store(this.#words, this.#headAt, this.#head);
  }

  #at(i: number): number {
    return this.#cqesAt + (((this.#head + i) & this.#mask) << CQE_BITS);
  }
}
