import { NativeMemory } from '../../sockets/memory/memory.ts';
import { Parts } from '../../sockets/memory/parts.ts';
import { BufferRing } from '../../sockets/uring/buffer-ring.ts';
import { Uring } from '../../sockets/uring/uring.ts';

/** Maximum of operations that one call submits. */
const ENTRIES = 1024;
/** Size of the completion queue. Most completions are of receives, which the number of buffers limits. */
const COMPLETIONS = 4 * ENTRIES;
const GROUP = 0;
/** Capacity for replies of one turn, in bytes. Beyond it, each connection keeps its own replies. */
const OUTBOX_SIZE = 256 << 10;

export interface InboxSize {
  /** Number of buffers, a power of two. */
  readonly buffers: number;
  /** Size of a buffer, in bytes. */
  readonly bufferSize: number;
}

/**
 * An io_uring for a server's loop, and the memory through which it receives and sends. Each turn of the loop makes one
 * system call: it submits the operations that the previous turn prepared, and waits. Then the turn handles the
 * completions. Sends that don't wait are complete when that call returns. Their memory is free again at the end of the
 * turn after theirs, when short sends have been handled. If more completions come than the ring can hold, the next call
 * continues the turn.
 */
export class ServerRing {
  readonly group = GROUP;
  readonly inbox: BufferRing;
  readonly outbox: NativeMemory;
  readonly #uring: Uring;
  /** Number of the turn. Operations prepared in one turn are submitted, and short sends reported, in the next. */
  turn = 0;
  /** Buffers used by sends in flight: those of even turns, and those of odd turns. */
  readonly #held: readonly [Int32Array, Int32Array];
  readonly #heldCounts: [number, number] = [0, 0];
  #placed = 0;
  #advanced = false;

  /** @throws {SystemError} where io_uring is not available: call whyNoUring() first. */
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
    this.#held = [new Int32Array(buffers), new Int32Array(buffers)];
  }

  get submissions() {
    return this.#uring.submissions;
  }
  get completions() {
    return this.#uring.completions;
  }

  /**
   * Begins a turn: submits all prepared operations, and waits for completions.
   * @param timeoutNanos maximum wait; 0 doesn't wait, -1 waits forever.
   * @returns number of completions to handle before {@link endTurn}.
   * @throws {SystemError} when the ring is unusable.
   */
  beginTurn(timeoutNanos: number): number {
    this.#uring.submitAndWait(timeoutNanos === 0 ? 0 : 1, timeoutNanos);
    // Operations that were not submitted still use the memory, and an overflown completion may be of a short send.
    this.#advanced = this.submissions.pending === 0 && !this.completions.overflown;
    if (this.#advanced) {
      this.turn++;
      this.#placed = 0;
    }
    return this.completions.ready;
  }

  /** Ends a turn after `completions` completions were handled. */
  endTurn(completions: number): void {
    this.completions.advance(completions);
    if (this.#advanced) this.#takeBack((this.turn & 1) ^ 1);
    this.inbox.publish();
  }

  /** Marks a buffer as held by a send. It is released to the kernel after the next turn. */
  releaseLater(buffer: number): void {
    const parity = this.turn & 1;
    const held = this.#held[parity] as Int32Array;
    held[this.#heldCounts[parity] as number] = buffer;
    (this.#heldCounts[parity] as number)++;
  }

  /**
   * Copies bytes to memory from which they can be sent in this turn.
   * @returns their offset in {@link outbox}, or -1 when it is full.
   */
  place(bytes: Uint8Array, start: number, end: number): number {
    if (this.#placed + end - start > OUTBOX_SIZE) return -1;
    const at = (this.turn & 1) * OUTBOX_SIZE + this.#placed;
    this.outbox.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    this.#placed += end - start;
    return at;
  }

  /** Submits prepared operations now, for callers that ignore their results. Afterwards the outbox is empty. */
  flushOutbox(): void {
    this.#uring.submit();
    if (this.submissions.pending === 0) this.#placed = 0;
  }

  /** Ends all operations and frees the memory. */
  close(): void {
    this.#uring.close();
    this.inbox.free();
    this.outbox.free();
  }

  #takeBack(parity: number): void {
    const held = this.#held[parity] as Int32Array;
    const count = this.#heldCounts[parity] as number;
    for (let i = 0; i < count; i++) this.inbox.release(held[i] as number);
    this.#heldCounts[parity as 0 | 1] = 0;
  }
}
