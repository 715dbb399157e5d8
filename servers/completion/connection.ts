import { ECANCELED, ENOBUFS } from '../../sockets/errno.ts';
import type { NativeMemory } from '../../sockets/memory.ts';
import { streamRetry } from '../../sockets/retry.ts';
import type { App, StreamReply, StreamSession } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import { UNREAD_LIMIT } from '../rooms/unread-limit.ts';
import type { Phase } from '../sending/phase.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import { type Awaiting, Patience } from '../timing/peer-timer.ts';
import type { StreamRing } from './stream-ring.ts';

/**
 * A conversation on a socket driven by completions. It receives continuously and submits each reply at once. Bytes that
 * the kernel does not take then wait, with one send in flight. If the peer sends more meanwhile, receiving stops until
 * all is sent. So a client that stops reading costs the memory of the replies to one turn's input, and no more.
 */
export class CompletionConnection implements StreamReply {
  readonly fd: number;
  readonly #ring: StreamRing<CompletionConnection>;
  readonly #session: StreamSession;
  readonly #producing: boolean;
  readonly #patience: Patience | undefined;
  #phase: Phase = 'talking';
  #receiving = false;
  #stopping = false;
  /** Bytes of the send in flight. */
  #going: Backlog;
  /** Replies made while a send is in flight. */
  #next: Backlog;
  /** Bytes received while a send waited or the app delayed an answer. The session gets them afterwards. */
  readonly #unheard: Backlog;
  /** Messages to other clients, held back until the delay is over. */
  readonly #heldBack: Backlog;
  /** The peer's FIN has come, but `finish` of the session has not been called. */
  #finUnheard = false;
  #waitNanos = 0;
  /** Whether the loop has this connection in its list of delayed ones. */
  #resting = false;
  /** Whether a send that may take any time is in flight; {@link sent} reports its completion. */
  #waiting = false;
  /** The turn in which an immediate send was submitted. Its outcome is known only in the next turn. */
  #sendingTurn = -1;
  #toRevisit = false;
  #aborted = false;

  constructor(fd: number, app: App, ring: StreamRing<CompletionConnection>) {
    this.fd = fd;
    this.#ring = ring;
    this.#going = new Backlog(ring.pool);
    this.#next = new Backlog(ring.pool);
    this.#unheard = new Backlog(ring.pool);
    this.#heldBack = new Backlog(ring.pool);
    this.#session = app.stream();
    this.#producing = this.#session.produce !== undefined;
    if (app.lookEveryMs !== undefined) this.#patience = new Patience(app.lookEveryMs);
  }

  /** Begins the conversation. Call it once. */
  open(): void {
    this.#session.open?.(this);
    this.#goOn();
  }

  /** Handles received bytes, which are in {@link StreamRing.received}. */
  received(start: number, end: number): void {
    const { bytes } = this.#ring.received;
    if (this.#waiting || this.#waitNanos > 0 || this.#unheard.length > 0) {
      if (this.#phase === 'talking') this.#unheard.keep(bytes, start, end);
      this.#stopReceiving();
      return;
    }
    if (this.#phase === 'talking') this.#session.receive(bytes, start, end, this);
    this.#goOn();
  }

  /**
   * Handles the end of receiving.
   * @param result 0 after the peer's FIN, a negated errno, or a positive value when it ended without an error.
   */
  receivingEnded(result: number): void {
    this.#receiving = false;
    this.#stopping = false;
    if (result === 0) this.#finUnheard = true;
    else if (result < 0) this.#receivingFailed(result);
    this.#goOn();
  }

  #receivingFailed(result: number): void {
    // It was cancelled, or no buffer was free: receiving starts again.
    if (result === -ECANCELED || result === -ENOBUFS) return;
    const retry = streamRetry(result, 'recv');
    if (retry === 'never') this.#phase = 'broken';
    else if (retry === 'later') this.#waitNanos += SHORTAGE_NANOS;
  }

  /**
   * Handles an immediate send that was incomplete.
   * @param result number of bytes that the kernel took, or a negated errno.
   */
  fellShort(result: number): void {
    const going = this.#going;
    this.#sendingTurn = -1;
    if (result >= 0) going.advance(result);
    // After a shortage, the send is retried once, as one that may take any time.
    else if (streamRetry(result, 'send') === 'never') this.#phase = 'broken';
    const { memory, start, end } = going;
    if (this.#phase !== 'broken' && memory !== undefined) this.#sendLater(going, memory, start, end);
    else this.#goOn();
  }

  /**
   * Handles the completion of a send that could take any time.
   * @param result number of bytes sent, or a negated errno.
   */
  sent(result: number): void {
    const going = this.#going;
    this.#waiting = false;
    // Such a send completes only when all is sent. Fewer bytes mean that an error follows.
    if (result !== going.length) this.#phase = 'broken';
    if (result < 0) streamRetry(result, 'send');
    going.clear();
    this.#goOn();
  }

  /** Expires the conversation when the peer has taken too long. Call it periodically. */
  look(nowMs: number): void {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return;
    if (this.#patience?.isOver(nowMs, this.#session as Awaiting) !== true) return;
    // The peer doesn't read either: no message would reach it.
    if (this.#waiting) this.#phase = 'broken';
    else this.#session.expire?.(this);
    this.#goOn();
  }

  /** Delay before the next bytes are sent, in nanoseconds. */
  get waitNanos(): number {
    return this.#waitNanos;
  }

  wait(nanos: number): void {
    if (this.#phase === 'talking') this.#waitNanos += nanos;
  }

  /** Continues after a delay. */
  resume(): void {
    this.#waitNanos = 0;
    this.#resting = false;
    this.#tellHeldBack();
    this.#goOn();
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
    if (this.#mustWait) {
      this.#next.keep(bytes, start, end);
      return;
    }
    const { received, outbox } = this.#ring;
    // An echo is sent from the receive buffer: no copy.
    if (bytes === received.bytes) {
      this.#sendNow(received, start, end);
      return;
    }
    const at = this.#ring.place(bytes, start, end);
    if (at < 0) this.#next.keep(bytes, start, end);
    else this.#sendNow(outbox, at, at + end - start);
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
    if (this.#mustWait) this.#next.keep(bytes, start, end);
    else this.#sendNow(this.#ring.constant(bytes), start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking') return;
    if (this.#waitNanos > 0) this.#heldBack.keep(bytes, start, end);
    else this.#ring.tellOthers(this, bytes, start, end);
  }

  /** Sends a message of another connection. Drops a peer that leaves more than {@link UNREAD_LIMIT} bytes unread. */
  hear(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
    // With no waiting send, these bytes are all of this turn: the peer has had no time to read them.
    if (this.#waiting && this.#next.length > UNREAD_LIMIT) this.#phase = 'broken';
    // Revisit later: this connection may be in the middle of a call. With a waiting send, `sent` calls #goOn.
    if (this.#phase === 'broken' || (this.#next.length > 0 && !this.#waiting)) this.#revisit();
  }

  end(): void {
    if (this.#phase === 'talking') this.#phase = 'ended';
  }

  /** Continues, after {@link StreamRing.revisit} was called. */
  revisited(): void {
    this.#toRevisit = false;
    this.#goOn();
  }

  /** Returns the memory to the pool. */
  free(): void {
    this.#going.clear();
    this.#next.clear();
    this.#unheard.clear();
    this.#heldBack.clear();
  }

  /** Does as many of the next steps as are possible now. */
  #goOn(): void {
    // An immediate send that was not reported as short by now is complete.
    if (!this.#busy) this.#going.clear();
    if (this.#phase !== 'broken' && !this.#busy && this.#waitNanos === 0) this.#proceed();
    if (this.#waitNanos > 0 && this.#phase !== 'broken') {
      this.#rest();
      return;
    }
    if (this.#phase === 'talking') {
      if (!this.#waiting && (this.#producing || this.#owing || this.#going.borrows)) this.#revisit();
    } else this.#wind();
    if (!this.#receiving && !this.#waiting && this.#listening) this.#receive();
  }

  /** With no send in flight, does the next thing: sends, passes input on, finishes or produces. */
  #proceed(): void {
    if (this.#next.length > 0) this.#sendNext();
    else if (this.#unheard.length > 0) this.#hear();
    else if (this.#finUnheard) this.#finish();
    else if (this.#producing && this.#phase === 'talking') this.#session.produce?.(this);
  }

  /** Passes pending input to the session. */
  #hear(): void {
    const { memory, start, end } = this.#unheard;
    if (memory !== undefined && this.#phase === 'talking') this.#session.receive(memory.bytes, start, end, this);
    this.#unheard.clear();
  }

  #tellHeldBack(): void {
    const { memory, start, end } = this.#heldBack;
    if (memory === undefined || start === end) return;
    this.#ring.tellOthers(this, memory.bytes, start, end);
    this.#heldBack.clear();
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#ring.wait(this);
  }

  /** Whether there is work for {@link #proceed} once no send is in flight. */
  get #owing(): boolean {
    return this.#next.length > 0 || this.#unheard.length > 0 || this.#finUnheard;
  }

  /** Whether input from the peer is still wanted. */
  get #listening(): boolean {
    return !this.#finUnheard && this.#unheard.length === 0 && this.#phase !== 'finished' && this.#phase !== 'broken';
  }

  /** Whether a send is in flight, or may be. */
  get #busy(): boolean {
    return this.#waiting || this.#sendingTurn === this.#ring.turn;
  }

  get #mustWait(): boolean {
    return this.#busy || this.#waitNanos > 0 || this.#next.length > 0;
  }

  /** Takes the last steps of a conversation that the app or the peer has ended, or that is broken. */
  #wind(): void {
    if (this.#phase === 'lingering' && !this.#finUnheard) return;
    if (this.#phase === 'broken' && !this.#aborted) {
      this.#aborted = true;
      this.#ring.abort(this.fd);
    }
    if (this.#busy || (this.#owing && this.#phase !== 'broken')) {
      if (!this.#waiting) this.#revisit();
    } else if (this.#phase === 'ended') {
      this.#phase = 'lingering';
      this.#ring.finish(this.fd);
    } else if (!this.#receiving) this.#ring.over(this);
  }

  /** Handles the peer's FIN, which comes after all its data, all of which has been answered. */
  #finish(): void {
    this.#finUnheard = false;
    if (this.#phase === 'talking') this.#session.finish?.(this);
    if (this.#phase !== 'broken') this.#phase = 'finished';
  }

  #receive(): void {
    this.#receiving = true;
    this.#ring.receive(this.fd);
  }

  #stopReceiving(): void {
    if (this.#stopping || !this.#receiving) return;
    this.#stopping = true;
    this.#ring.stopReceiving(this.fd);
  }

  #revisit(): void {
    if (this.#toRevisit) return;
    this.#toRevisit = true;
    this.#ring.revisit(this);
  }

  #sendNow(memory: NativeMemory, start: number, end: number): void {
    this.#going.refer(memory, start, end);
    this.#sendingTurn = this.#ring.turn;
    this.#ring.sendNow(this.fd, memory, start, end);
  }

  #sendNext(): void {
    const next = this.#next;
    const { memory, start, end } = next;
    if (memory === undefined) return;
    // The kernel uses its memory now, so new replies go into the other backlog.
    this.#next = this.#going;
    this.#going = next;
    this.#next.clear();
    this.#sendNow(memory, start, end);
  }

  #sendLater(going: Backlog, memory: NativeMemory, start: number, end: number): void {
    this.#waiting = true;
    // The memory of a turn would be overwritten.
    if (memory === this.#ring.received || memory === this.#ring.outbox) going.own();
    this.#ring.send(this.fd, going.memory ?? memory, going.start, going.start + end - start);
  }
}
