import type { NativeMemory } from '../../sockets/memory/memory.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import type { StreamRing } from './stream-ring.ts';

/**
 * The sending side of a connection on a ring. One send is in flight at a time: first an immediate one, then, for the
 * bytes that the kernel did not take, one that may take any time. Replies made meanwhile are queued.
 */
export class ConnectionOutput {
  readonly #fd: number;
  readonly #ring: StreamRing<never>;
  /** Bytes of the send in flight. */
  #inFlight: Backlog;
  #queued: Backlog;
  #isPending = false;
  /** The turn in which an immediate send was submitted. Its outcome is known only in the next turn. */
  #sendingTurn = -1;

  constructor(fd: number, ring: StreamRing<never>) {
    this.#fd = fd;
    this.#ring = ring;
    this.#inFlight = new Backlog(ring.pool);
    this.#queued = new Backlog(ring.pool);
  }

  /** Whether a send that may take any time is in flight; {@link sent} ends it. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Whether a send is in flight, or may be. */
  get isBusy(): boolean {
    return this.#isPending || this.#sendingTurn === this.#ring.turn;
  }

  /** Number of bytes that wait for the send in flight. */
  get queuedBytes(): number {
    return this.#queued.length;
  }

  /** Whether the send in flight holds memory of the pool. */
  get borrows(): boolean {
    return this.#inFlight.borrows;
  }

  /** Sends bytes now, or queues a copy of them behind unsent ones. */
  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#mustWait) {
      this.#queued.keep(bytes, start, end);
      return;
    }
    const { received, outbox } = this.#ring;
    // An echo is sent from the receive buffer: no copy.
    if (bytes === received.bytes) {
      this.#sendNow(received, start, end);
      return;
    }
    const at = this.#ring.place(bytes, start, end);
    if (at < 0) this.#queued.keep(bytes, start, end);
    else this.#sendNow(outbox, at, at + end - start);
  }

  /** Like {@link send}, for bytes that never change. */
  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (this.#mustWait) this.#queued.keep(bytes, start, end);
    else this.#sendNow(this.#ring.constant(bytes), start, end);
  }

  /** Queues a copy of bytes for {@link sendNext}. */
  queue(bytes: Uint8Array, start: number, end: number): void {
    this.#queued.keep(bytes, start, end);
  }

  /** Sends the queued bytes. Call it when no send is in flight. */
  sendNext(): void {
    const next = this.#queued;
    const { memory, start, end } = next;
    if (memory === undefined) return;
    // The kernel uses its memory now, so new replies go into the other backlog.
    this.#queued = this.#inFlight;
    this.#inFlight = next;
    this.#queued.clear();
    this.#sendNow(memory, start, end);
  }

  /** Records that the kernel took only `bytes` bytes of an immediate send. */
  fellShort(bytes: number): void {
    this.#sendingTurn = -1;
    this.#inFlight.advance(bytes);
  }

  /** Sends what the kernel did not take of an immediate send. @returns false when nothing is left to send. */
  sendRest(): boolean {
    const inFlight = this.#inFlight;
    const { memory, start, end } = inFlight;
    if (memory === undefined) return false;
    this.#isPending = true;
    // The memory of a turn would be overwritten.
    if (memory === this.#ring.received || memory === this.#ring.outbox) inFlight.own();
    this.#ring.send(this.#fd, inFlight.memory ?? memory, inFlight.start, inFlight.start + end - start);
    return true;
  }

  /** Ends a send that could take any time. @returns whether all its bytes were sent. */
  sent(bytes: number): boolean {
    const isComplete = bytes === this.#inFlight.length;
    this.#isPending = false;
    this.#inFlight.clear();
    return isComplete;
  }

  /** Returns the memory of a send that is complete. An immediate one is, if it was not reported as short by now. */
  settle(): void {
    if (!this.isBusy) this.#inFlight.clear();
  }

  /** Returns the memory to the pool. */
  free(): void {
    this.#inFlight.clear();
    this.#queued.clear();
  }

  get #mustWait(): boolean {
    return this.isBusy || this.#queued.length > 0;
  }

  #sendNow(memory: NativeMemory, start: number, end: number): void {
    this.#inFlight.refer(memory, start, end);
    this.#sendingTurn = this.#ring.turn;
    this.#ring.sendNow(this.#fd, memory, start, end);
  }
}
