import type { MappedMemory } from '../memory/mapped-memory.ts';

const IORING_CQE_F_BUFFER = 1 << 0;
const IORING_CQE_F_MORE = 1 << 1;
const BUFFER_SHIFT = 16;
const IORING_SQ_CQ_OVERFLOW = 1 << 1;

// struct io_uring_cqe, 16 bytes: offsets in 32-bit words.
const CQE_BITS = 2;
const DATA = 0;
const KIND = 1;
const RESULT = 2;
const FLAGS = 3;

/** Byte offsets of the queue's parts: struct io_cqring_offsets, io_uring_setup(2). */
export interface CompletionOffsets {
  /** The ring's flags: struct io_sqring_offsets. */
  readonly flags: number;
  readonly head: number;
  readonly tail: number;
  readonly cqes: number;
}

/** The completion queue of an io_uring: results of completed operations, oldest first. */
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

  /** Number of completions in the queue. */
  get ready(): number {
    return (Atomics.load(this.#words, this.#tailAt) - this.#head) | 0;
  }

  /**
   * Reports whether there are more completions than the queue holds. The kernel keeps the rest: they appear in the
   * queue when it is entered again after {@link advance}.
   */
  get overflown(): boolean {
    return (Atomics.load(this.#words, this.#flagsAt) & IORING_SQ_CQ_OVERFLOW) !== 0;
  }

  /**
   * Returns the `kind` with which the operation of the i-th completion was prepared; {@link dataAt} returns its `data`.
   */
  kindAt(i: number): number {
    return this.#words[this.#at(i) + KIND] as number;
  }
  dataAt(i: number): number {
    return this.#words[this.#at(i) + DATA] as number;
  }

  /** Returns the result of the system call: zero or more, or a negated errno. */
  resultAt(i: number): number {
    return this.#words[this.#at(i) + RESULT] as number;
  }

  /** Reports whether the operation of the i-th completion will produce further completions. */
  hasMore(i: number): boolean {
    return ((this.#words[this.#at(i) + FLAGS] as number) & IORING_CQE_F_MORE) !== 0;
  }

  /** Returns the buffer of a {@link BufferRing} that holds the received data and must be released; -1 for none. */
  bufferAt(i: number): number {
    const flags = this.#words[this.#at(i) + FLAGS] as number;
    return (flags & IORING_CQE_F_BUFFER) === 0 ? -1 : flags >>> BUFFER_SHIFT;
  }

  /**
   * Consumes the first `count` completions: their entries return to the kernel, and the next completion has index 0.
   */
  advance(count: number): void {
    this.#head = (this.#head + count) | 0;
    Atomics.store(this.#words, this.#headAt, this.#head);
  }

  #at(i: number): number {
    return this.#cqesAt + (((this.#head + i) & this.#mask) << CQE_BITS);
  }
}
