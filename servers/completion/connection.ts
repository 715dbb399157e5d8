import { ECANCELED, ENOBUFS } from '../../sockets/errors/errno.ts';
import { streamRetry } from '../../sockets/errors/retry.ts';
import type { StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import type { Phase } from '../sending/phase.ts';
import { Backlog, UNREAD_LIMIT } from '../sending/unsent-bytes.ts';
import { type Awaiting, PeerTimer } from '../timing/peer-timer.ts';
import { ConnectionInput } from './input.ts';
import { ConnectionOutput } from './output.ts';
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
  readonly #output: ConnectionOutput;
  /** Messages to other clients, held back until the delay is over. */
  readonly #delayedBroadcasts: Backlog;
  #waitNanos = 0;
  /** Whether the loop has this connection in its list of delayed ones. */
  #isDelayed = false;
  #toRevisit = false;
  #aborted = false;

  constructor(fd: number, app: StreamApp, ring: StreamRing<CompletionConnection>) {
    this.fd = fd;
    this.#ring = ring;
    this.#input = new ConnectionInput(fd, ring, ring.pool);
    this.#output = new ConnectionOutput(fd, ring);
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
    if (this.#output.isPending || this.#waitNanos > 0 || this.#input.pending.length > 0) {
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
    this.#output.fellShort(Math.max(0, result));
    // After a shortage, the send is retried once, as one that may take any time.
    if (result < 0 && streamRetry(result, 'send') === 'never') this.#phase = 'broken';
    if (this.#phase === 'broken' || !this.#output.sendRest()) this.#advance();
  }

  /**
   * Handles the completion of a send that could take any time.
   * @param result number of bytes sent, or a negated errno.
   */
  sent(result: number): void {
    // Such a send completes only when all is sent. Fewer bytes mean that an error follows.
    if (!this.#output.sent(result)) this.#phase = 'broken';
    if (result < 0) streamRetry(result, 'send');
    this.#advance();
  }

  /** Expires the conversation when the peer has taken too long. Call it periodically. */
  look(nowMs: number): void {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return;
    if (this.#peerTimer?.isOver(nowMs, this.#session as Awaiting) !== true) return;
    // The peer doesn't read either: no message would reach it.
    if (this.#output.isPending) this.#phase = 'broken';
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
    if (this.#waitNanos > 0) this.#output.queue(bytes, start, end);
    else this.#output.send(bytes, start, end);
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
    if (this.#waitNanos > 0) this.#output.queue(bytes, start, end);
    else this.#output.sendConstant(bytes, start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking') return;
    if (this.#waitNanos > 0) this.#delayedBroadcasts.keep(bytes, start, end);
    else this.#ring.sendToOthers(this, bytes, start, end);
  }

  /** Sends a message of another connection. Drops a peer that leaves more than {@link UNREAD_LIMIT} bytes unread. */
  receiveBroadcast(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
    // With no waiting send, these bytes are all of this turn: the peer has had no time to read them.
    if (this.#output.isPending && this.#output.queuedBytes > UNREAD_LIMIT) this.#phase = 'broken';
    // Revisit later: this connection may be in the middle of a call. With a waiting send, `sent` calls #advance.
    if (this.#phase === 'broken' || (this.#output.queuedBytes > 0 && !this.#output.isPending)) this.#revisit();
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
    this.#input.free();
    this.#output.free();
    this.#delayedBroadcasts.clear();
  }

  /** Does as many of the next steps as are possible now. */
  #advance(): void {
    this.#output.settle();
    if (this.#phase !== 'broken' && !this.#output.isBusy && this.#waitNanos === 0) this.#proceed();
    if (this.#waitNanos > 0 && this.#phase !== 'broken') {
      this.#delay();
      return;
    }
    if (this.#phase === 'talking') {
      if (!this.#output.isPending && (this.#producing || this.#hasPendingWork || this.#output.borrows)) this.#revisit();
    } else this.#close();
    if (!this.#input.isReceiving && !this.#output.isPending && this.#wantsInput) this.#input.start();
  }

  /** With no send in flight, does the next thing: sends, passes input on, finishes or produces. */
  #proceed(): void {
    if (this.#output.queuedBytes > 0) this.#output.sendNext();
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
    this.#ring.sendToOthers(this, memory.bytes, start, end);
    this.#delayedBroadcasts.clear();
  }

  #delay(): void {
    if (this.#isDelayed) return;
    this.#isDelayed = true;
    this.#ring.wait(this);
  }

  /** Whether there is work for {@link #proceed} once no send is in flight. */
  get #hasPendingWork(): boolean {
    return this.#output.queuedBytes > 0 || this.#input.isPending;
  }

  /** Whether input from the peer is still wanted. */
  get #wantsInput(): boolean {
    return !this.#input.isPending && this.#phase !== 'finished' && this.#phase !== 'broken';
  }

  /** Takes the last steps of a conversation that the app or the peer has ended, or that is broken. */
  #close(): void {
    if (this.#phase === 'lingering' && !this.#input.hasFin) return;
    if (this.#phase === 'broken' && !this.#aborted) {
      this.#aborted = true;
      this.#ring.abort(this.fd);
    }
    if (this.#output.isBusy || (this.#hasPendingWork && this.#phase !== 'broken')) {
      if (!this.#output.isPending) this.#revisit();
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
}
