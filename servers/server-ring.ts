import { BufferRing } from '../sockets/buffer-ring.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { Parts } from '../sockets/parts.ts';
import { Uring } from '../sockets/uring.ts';

/** Operations that one call submits at most. */
const ENTRIES = 1024;
/** Completions that may be told of at once: with as many buffers, most are of something received. */
const COMPLETIONS = 4 * ENTRIES;
const GROUP = 0;
/** Bytes that may be said in one turn without being kept for each connection. */
const OUTBOX_SIZE = 256 << 10;

export interface InboxSize {
  /** A power of two. */
  readonly buffers: number;
  /** In bytes. */
  readonly bufferSize: number;
}

/**
 * A ring for a server's loop, and the memory through which it receives and sends. Each turn of the loop hands over what
 * the turn before prepared, waits, and then looks after what has come, all with one call. Sends that don't wait are over
 * when that call returns: their memory is free again at the end of the turn after theirs, by when those that fell short
 * have been looked after. A turn in which more has completed than the ring can tell at once goes on with the next call.
 */
export class ServerRing {
  readonly group = GROUP;
  readonly inbox: BufferRing;
  readonly outbox: NativeMemory;
  readonly #uring: Uring;
  /** Counts the turns. What was prepared in one has been handed over in the next, and what fell short is told there. */
  turn = 0;
  /** Buffers out of which is being sent: those of even turns, and those of odd ones. */
  readonly #lent: readonly [Int32Array, Int32Array];
  readonly #lentCounts: [number, number] = [0, 0];
  #placed = 0;
  #advanced = false;

  /** @throws {SystemError} where there is no ring to be had: ask whyNoUring() first. */
  constructor({ buffers, bufferSize }: InboxSize) {
    const parts = new Parts();
    try {
      this.#uring = parts.own(new Uring(ENTRIES, COMPLETIONS));
      this.outbox = parts.own(new NativeMemory(2 * OUTBOX_SIZE));
      this.inbox = parts.own(new BufferRing(this.#uring, GROUP, buffers, bufferSize));
    } catch (error) {
      parts.free();
      throw error;
    }
    this.#lent = [new Int32Array(buffers), new Int32Array(buffers)];
  }

  get submissions() {
    return this.#uring.submissions;
  }
  get completions() {
    return this.#uring.completions;
  }

  /**
   * Begins a turn: hands over all that was prepared, and waits until something has come.
   * @param timeoutNanos how long to wait at most; 0 doesn't wait, -1 waits for ever.
   * @returns completions to look after, before {@link endTurn}.
   * @throws {SystemError} when the ring is of no use any more.
   */
  beginTurn(timeoutNanos: number): number {
    this.#uring.submitAndWait(timeoutNanos === 0 ? 0 : 1, timeoutNanos);
    // What the kernel has not taken is still to be sent, and what it could not tell yet may be a send that fell short.
    this.#advanced = this.submissions.pending === 0 && !this.completions.overflown;
    if (this.#advanced) {
      this.turn++;
      this.#placed = 0;
    }
    return this.completions.ready;
  }

  /** So many completions have been looked after. */
  endTurn(completions: number): void {
    this.completions.advance(completions);
    if (this.#advanced) this.#takeBack((this.turn & 1) ^ 1);
    this.inbox.publish();
  }

  /** A buffer's content is being sent: the kernel may have the buffer again after the next turn. */
  lend(buffer: number): void {
    const parity = this.turn & 1;
    const lent = this.#lent[parity] as Int32Array;
    lent[this.#lentCounts[parity] as number] = buffer;
    (this.#lentCounts[parity] as number)++;
  }

  /** Copies bytes to where they can be sent in this turn. @returns their offset in {@link outbox}; -1 when it is full. */
  place(bytes: Uint8Array, start: number, end: number): number {
    if (this.#placed + end - start > OUTBOX_SIZE) return -1;
    const at = (this.turn & 1) * OUTBOX_SIZE + this.#placed;
    this.outbox.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    this.#placed += end - start;
    return at;
  }

  /** Hands over what was prepared, now: for those who need not know what has become of it. Afterwards the outbox is empty. */
  flushOutbox(): void {
    this.#uring.submit();
    if (this.submissions.pending === 0) this.#placed = 0;
  }

  /** Ends all operations and frees the memory, which none uses any more then. */
  close(): void {
    this.#uring.close();
    this.inbox.free();
    this.outbox.free();
  }

  #takeBack(parity: number): void {
    const lent = this.#lent[parity] as Int32Array;
    const count = this.#lentCounts[parity] as number;
    for (let i = 0; i < count; i++) this.inbox.release(lent[i] as number);
    this.#lentCounts[parity as 0 | 1] = 0;
  }
}
