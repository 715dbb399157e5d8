import { ECANCELED, ENOBUFS } from '../sockets/errno.ts';
import type { NativeMemory } from '../sockets/memory.ts';
import { streamRetry } from '../sockets/retry.ts';
import { SHORTAGE_NANOS } from './accepting.ts';
import type { App, StreamReply, StreamSession } from './apps/app.ts';
import { Backlog } from './backlog.ts';
import type { Phase } from './nonblocking.ts';
import { type Awaiting, Patience } from './patience.ts';
import { UNREAD_LIMIT } from './rooms/unread-limit.ts';
import type { StreamRing } from './stream-ring.ts';

/**
 * A conversation on a socket whose operations complete by themselves: it receives all the time, and says at once what it
 * sends. What the kernel doesn't take then waits, one send at a time, and when the peer says more meanwhile nothing is
 * received until all is sent: a client that stops reading costs the replies to what one turn brought, no more.
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
  /** What the kernel is sending. */
  #going: Backlog;
  /** What was said meanwhile. */
  #next: Backlog;
  /** What came while a send waited, or the app had the peer wait: the session hears of it afterwards. */
  readonly #unheard: Backlog;
  /** What is to be said to others when the wait is over. */
  readonly #heldBack: Backlog;
  /** The peer's FIN has come, and the session has not heard of it. */
  #finUnheard = false;
  #waitNanos = 0;
  /** Does the loop know of that? */
  #resting = false;
  /** Does the kernel send it without hurry, and will tell when it has? */
  #waiting = false;
  /** The turn in which it was to be sent at once: before the next nobody knows whether it was. */
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

  /** Begins the conversation. To be called once. */
  open(): void {
    this.#session.open?.(this);
    this.#goOn();
  }

  /** Bytes have come: they are in {@link StreamRing.received}. */
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

  /** No more is received. @param result 0 after the peer's FIN, a negated errno, or anything else for no good reason. */
  receivingEnded(result: number): void {
    this.#receiving = false;
    this.#stopping = false;
    if (result === 0) this.#finUnheard = true;
    else if (result < 0) this.#receivingFailed(result);
    this.#goOn();
  }

  #receivingFailed(result: number): void {
    // It was to stop, or no buffer was left: receiving begins again.
    if (result === -ECANCELED || result === -ENOBUFS) return;
    const retry = streamRetry(result, 'recv');
    if (retry === 'never') this.#phase = 'broken';
    else if (retry === 'later') this.#waitNanos += SHORTAGE_NANOS;
  }

  /** The kernel did not take at once all that it was to. @param result how many bytes it took, or a negated errno. */
  fellShort(result: number): void {
    const going = this.#going;
    this.#sendingTurn = -1;
    if (result >= 0) going.advance(result);
    // After a shortage the kernel tries once more, without hurry.
    else if (streamRetry(result, 'send') === 'never') this.#phase = 'broken';
    const { memory, start, end } = going;
    if (this.#phase !== 'broken' && memory !== undefined) this.#sendLater(going, memory, start, end);
    else this.#goOn();
  }

  /** The kernel has done what it could to send what waited. @param result how many bytes it sent, or a negated errno. */
  sent(result: number): void {
    const going = this.#going;
    this.#waiting = false;
    // However long it takes, it takes all: less than that comes before an error.
    if (result !== going.length) this.#phase = 'broken';
    if (result < 0) streamRetry(result, 'send');
    going.clear();
    this.#goOn();
  }

  /** Ends the conversation when the peer has taken too long. To be called now and then. */
  look(nowMs: number): void {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return;
    if (this.#patience?.isOver(nowMs, this.#session as Awaiting) !== true) return;
    // It doesn't read either: nothing more can be said to it.
    if (this.#waiting) this.#phase = 'broken';
    else this.#session.expire?.(this);
    this.#goOn();
  }

  /** How long the peer is to wait. */
  get waitNanos(): number {
    return this.#waitNanos;
  }

  wait(nanos: number): void {
    if (this.#phase === 'talking') this.#waitNanos += nanos;
  }

  /** Goes on after a wait. */
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
    // An echo answers out of what was received: no copy.
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

  /** Another connection has said something; a peer that has left too much of that unread is dropped. */
  hear(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
    // While no send waits, it is only this turn's: the peer has had no time to read it.
    if (this.#waiting && this.#next.length > UNREAD_LIMIT) this.#phase = 'broken';
    // Not now: it may be in the middle of speaking itself. Who waits for a send is told when that is done.
    if (this.#phase === 'broken' || (this.#next.length > 0 && !this.#waiting)) this.#revisit();
  }

  end(): void {
    if (this.#phase === 'talking') this.#phase = 'ended';
  }

  /** A turn has passed since that was asked for. */
  revisited(): void {
    this.#toRevisit = false;
    this.#goOn();
  }

  /** Gives back the memory. */
  free(): void {
    this.#going.clear();
    this.#next.clear();
    this.#unheard.clear();
    this.#heldBack.clear();
  }

  /** Does what is to be done next, as far as that is possible by now. */
  #goOn(): void {
    // What was sent at once, and did not fall short by now, has been sent.
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

  /** Nothing is being sent: what comes next may be said, heard or made up. */
  #proceed(): void {
    if (this.#next.length > 0) this.#sendNext();
    else if (this.#unheard.length > 0) this.#hear();
    else if (this.#finUnheard) this.#finish();
    else if (this.#producing && this.#phase === 'talking') this.#session.produce?.(this);
  }

  /** Tells the session what it has not heard of yet. */
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

  /** Is there something to proceed with, as soon as nothing is being sent? */
  get #owing(): boolean {
    return this.#next.length > 0 || this.#unheard.length > 0 || this.#finUnheard;
  }

  /** May the peer still say something? */
  get #listening(): boolean {
    return !this.#finUnheard && this.#unheard.length === 0 && this.#phase !== 'finished' && this.#phase !== 'broken';
  }

  /** Is something being sent, as far as one knows? */
  get #busy(): boolean {
    return this.#waiting || this.#sendingTurn === this.#ring.turn;
  }

  get #mustWait(): boolean {
    return this.#busy || this.#waitNanos > 0 || this.#next.length > 0;
  }

  /** Brings a conversation to its end that the app or the peer has ended, or that is broken. */
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

  /** The peer's FIN comes after all its data, and that has been answered. */
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
    // Its memory belongs to the kernel now: what is said meanwhile goes into the other's.
    this.#next = this.#going;
    this.#going = next;
    this.#next.clear();
    this.#sendNow(memory, start, end);
  }

  #sendLater(going: Backlog, memory: NativeMemory, start: number, end: number): void {
    this.#waiting = true;
    // What lies in the memory of a turn would be overwritten.
    if (memory === this.#ring.received || memory === this.#ring.outbox) going.own();
    this.#ring.send(this.fd, going.memory ?? memory, going.start, going.start + end - start);
  }
}
