import { ECANCELED, ENOBUFS } from '../../sockets/errno.ts';
import type { NativeMemory } from '../../sockets/memory.ts';
import { streamRetry } from '../../sockets/retry.ts';
import type { StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import { UNREAD_LIMIT } from '../rooms/frame.ts';
import type { Phase } from '../sending/phase.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import { type Awaiting, PeerTimer } from '../timing/peer-timer.ts';
import { ConnectionInput } from './input.ts';
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
  readonly #peerTimer: PeerTimer | undefined;
  #phase: Phase = 'talking';
  readonly #input: ConnectionInput;
  /** Bytes of the send in flight. */
  #inFlight: Backlog;
  /** Replies made while a send is in flight. */
  #queued: Backlog;
  /** Messages to other clients, held back until the delay is over. */
  readonly #delayedBroadcasts: Backlog;
  #waitNanos = 0;
  /** Whether the loop has this connection in its list of delayed ones. */
  #isDelayed = false;
  /** Whether a send that may take any time is in flight; {@link sent} reports its completion. */
  #isSendPending = false;
  /** The turn in which an immediate send was submitted. Its outcome is known only in the next turn. */
  #sendingTurn = -1;
  #toRevisit = false;
  #aborted = false;

  constructor(fd: number, app: StreamApp, ring: StreamRing<CompletionConnection>) {
    this.fd = fd;
    this.#ring = ring;
    this.#inFlight = new Backlog(ring.pool);
    this.#queued = new Backlog(ring.pool);
    this.#input = new ConnectionInput(fd, ring, ring.pool);
    this.#delayedBroadcasts = new Backlog(ring.pool);
    this.#session = app.stream();
    this.#producing = this.#session.produce !== undefined;
    if (app.checkEveryMs !== undefined) this.#peerTimer = new PeerTimer(app.checkEveryMs);
  }

  /** Begins the conversation. Call it once. */
  open(): void {
    this.#session.open?.(this);
    this.#advance();
  }

  /** Handles received bytes, which are in {@link StreamRing.received}. */
  received(start: number, end: number): void {
    const { bytes } = this.#ring.received;
    if (this.#isSendPending || this.#waitNanos > 0 || this.#input.pending.length > 0) {
      if (this.#phase === 'talking') this.#input.pending.keep(bytes, start, end);
      this.#input.stop();
      return;
    }
    if (this.#phase === 'talking') this.#session.receive(bytes, start, end, this);
    this.#advance();
  }

  /**
   * Handles the end of receiving.
   * @param result 0 after the peer's FIN, a negated errno, or a positive value when it ended without an error.
   */
  receivingEnded(result: number): void {
    this.#input.ended(result === 0);
    if (result < 0) this.#receivingFailed(result);
    this.#advance();
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
    const inFlight = this.#inFlight;
    this.#sendingTurn = -1;
    if (result >= 0) inFlight.advance(result);
    // After a shortage, the send is retried once, as one that may take any time.
    else if (streamRetry(result, 'send') === 'never') this.#phase = 'broken';
    const { memory, start, end } = inFlight;
    if (this.#phase !== 'broken' && memory !== undefined) this.#sendLater(inFlight, memory, start, end);
    else this.#advance();
  }

  /**
   * Handles the completion of a send that could take any time.
   * @param result number of bytes sent, or a negated errno.
   */
  sent(result: number): void {
    const inFlight = this.#inFlight;
    this.#isSendPending = false;
    // Such a send completes only when all is sent. Fewer bytes mean that an error follows.
    if (result !== inFlight.length) this.#phase = 'broken';
    if (result < 0) streamRetry(result, 'send');
    inFlight.clear();
    this.#advance();
  }

  /** Expires the conversation when the peer has taken too long. Call it periodically. */
  look(nowMs: number): void {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return;
    if (this.#peerTimer?.isOver(nowMs, this.#session as Awaiting) !== true) return;
    // The peer doesn't read either: no message would reach it.
    if (this.#isSendPending) this.#phase = 'broken';
    else this.#session.expire?.(this);
    this.#advance();
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
    this.#isDelayed = false;
    this.#sendDelayedBroadcasts();
    this.#advance();
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
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

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
    if (this.#mustWait) this.#queued.keep(bytes, start, end);
    else this.#sendNow(this.#ring.constant(bytes), start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking') return;
    if (this.#waitNanos > 0) this.#delayedBroadcasts.keep(bytes, start, end);
    else this.#ring.tellOthers(this, bytes, start, end);
  }

  /** Sends a message of another connection. Drops a peer that leaves more than {@link UNREAD_LIMIT} bytes unread. */
  hear(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
    // With no waiting send, these bytes are all of this turn: the peer has had no time to read them.
    if (this.#isSendPending && this.#queued.length > UNREAD_LIMIT) this.#phase = 'broken';
    // Revisit later: this connection may be in the middle of a call. With a waiting send, `sent` calls #advance.
    if (this.#phase === 'broken' || (this.#queued.length > 0 && !this.#isSendPending)) this.#revisit();
  }

  end(): void {
    if (this.#phase === 'talking') this.#phase = 'ended';
  }

  /** Continues, after {@link StreamRing.revisit} was called. */
  revisited(): void {
    this.#toRevisit = false;
    this.#advance();
  }

  /** Returns the memory to the pool. */
  free(): void {
    this.#inFlight.clear();
    this.#queued.clear();
    this.#input.free();
    this.#delayedBroadcasts.clear();
  }

  /** Does as many of the next steps as are possible now. */
  #advance(): void {
    // An immediate send that was not reported as short by now is complete.
    if (!this.#busy) this.#inFlight.clear();
    if (this.#phase !== 'broken' && !this.#busy && this.#waitNanos === 0) this.#proceed();
    if (this.#waitNanos > 0 && this.#phase !== 'broken') {
      this.#delay();
      return;
    }
    if (this.#phase === 'talking') {
      if (!this.#isSendPending && (this.#producing || this.#hasPendingWork || this.#inFlight.borrows)) this.#revisit();
    } else this.#close();
    if (!this.#input.isReceiving && !this.#isSendPending && this.#wantsInput) this.#input.start();
  }

  /** With no send in flight, does the next thing: sends, passes input on, finishes or produces. */
  #proceed(): void {
    if (this.#queued.length > 0) this.#sendNext();
    else if (this.#input.pending.length > 0) this.#deliverInput();
    else if (this.#input.hasFin) this.#finish();
    else if (this.#producing && this.#phase === 'talking') this.#session.produce?.(this);
  }

  /** Passes pending input to the session. */
  #deliverInput(): void {
    const { memory, start, end } = this.#input.pending;
    if (memory !== undefined && this.#phase === 'talking') this.#session.receive(memory.bytes, start, end, this);
    this.#input.pending.clear();
  }

  #sendDelayedBroadcasts(): void {
    const { memory, start, end } = this.#delayedBroadcasts;
    if (memory === undefined || start === end) return;
    this.#ring.tellOthers(this, memory.bytes, start, end);
    this.#delayedBroadcasts.clear();
  }

  #delay(): void {
    if (this.#isDelayed) return;
    this.#isDelayed = true;
    this.#ring.wait(this);
  }

  /** Whether there is work for {@link #proceed} once no send is in flight. */
  get #hasPendingWork(): boolean {
    return this.#queued.length > 0 || this.#input.isPending;
  }

  /** Whether input from the peer is still wanted. */
  get #wantsInput(): boolean {
    return !this.#input.isPending && this.#phase !== 'finished' && this.#phase !== 'broken';
  }

  /** Whether a send is in flight, or may be. */
  get #busy(): boolean {
    return this.#isSendPending || this.#sendingTurn === this.#ring.turn;
  }

  get #mustWait(): boolean {
    return this.#busy || this.#waitNanos > 0 || this.#queued.length > 0;
  }

  /** Takes the last steps of a conversation that the app or the peer has ended, or that is broken. */
  #close(): void {
    if (this.#phase === 'lingering' && !this.#input.hasFin) return;
    if (this.#phase === 'broken' && !this.#aborted) {
      this.#aborted = true;
      this.#ring.abort(this.fd);
    }
    if (this.#busy || (this.#hasPendingWork && this.#phase !== 'broken')) {
      if (!this.#isSendPending) this.#revisit();
    } else if (this.#phase === 'ended') {
      this.#phase = 'lingering';
      this.#ring.finish(this.fd);
    } else if (!this.#input.isReceiving) this.#ring.over(this);
  }

  /** Handles the peer's FIN, which comes after all its data, all of which has been answered. */
  #finish(): void {
    this.#input.hasFin = false;
    if (this.#phase === 'talking') this.#session.finish?.(this);
    if (this.#phase !== 'broken') this.#phase = 'finished';
  }

  #revisit(): void {
    if (this.#toRevisit) return;
    this.#toRevisit = true;
    this.#ring.revisit(this);
  }

  #sendNow(memory: NativeMemory, start: number, end: number): void {
    this.#inFlight.refer(memory, start, end);
    this.#sendingTurn = this.#ring.turn;
    this.#ring.sendNow(this.fd, memory, start, end);
  }

  #sendNext(): void {
    const next = this.#queued;
    const { memory, start, end } = next;
    if (memory === undefined) return;
    // The kernel uses its memory now, so new replies go into the other backlog.
    this.#queued = this.#inFlight;
    this.#inFlight = next;
    this.#queued.clear();
    this.#sendNow(memory, start, end);
  }

  #sendLater(inFlight: Backlog, memory: NativeMemory, start: number, end: number): void {
    this.#isSendPending = true;
    // The memory of a turn would be overwritten.
    if (memory === this.#ring.received || memory === this.#ring.outbox) inFlight.own();
    this.#ring.send(this.fd, inFlight.memory ?? memory, inFlight.start, inFlight.start + end - start);
  }
}
