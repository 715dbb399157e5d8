import { NativeMemory } from '../sockets/memory.ts';
import { streamRetry } from '../sockets/retry.ts';
import { close, recv, SHUT_WR, send, shutdown } from '../sockets/socket.ts';
import { SHORTAGE_NANOS } from './accepting.ts';
import type { App, StreamReply, StreamSession } from './apps/app.ts';
import { Backlog } from './backlog.ts';
import { MemoryPool } from './memory-pool.ts';
import { NativeCopies } from './native-copies.ts';
import { type Awaiting, Patience } from './patience.ts';
import type { DescriptorRoom } from './rooms/descriptor-room.ts';

/** Bytes one recv may take. */
const BUFFER_SIZE = 65_536;

/** How often a session produces before the loop looks after other connections again, while the kernel takes it all. */
const PIECES_AT_A_TIME = 8;

/**
 * What a loop shall do with a connection after having worked on it: wait until it can receive or send, wait until it can
 * receive but for no longer than LINGER_MS in all, wait for the time that it says and look at nothing before, or drop it.
 */
export type Wish = 'receive' | 'send' | 'linger' | 'wait' | 'close';

/** What all connections of one loop share: memory through which they receive and send, one after the other, and a room. */
export class StreamBuffers {
  readonly inbox = new NativeMemory(BUFFER_SIZE);
  readonly outbox = new NativeMemory(BUFFER_SIZE);
  readonly constants = new NativeCopies();
  readonly pool = new MemoryPool();
  readonly room: DescriptorRoom | undefined;

  constructor(room?: DescriptorRoom) {
    this.room = room;
  }

  /** Gives the memory back, when all connections are closed. */
  free(): void {
    this.inbox.free();
    this.outbox.free();
    this.constants.free();
    this.pool.free();
    this.room?.free();
  }
}

/**
 * Where a conversation is: going on; ended by the app, with something left to send; ended, with FIN sent and the peer's
 * awaited; finished by the peer, with something left to send; broken.
 */
export type Phase = 'talking' | 'ended' | 'lingering' | 'finished' | 'broken';

/**
 * A conversation on a non-blocking socket, for loops over readiness. What the kernel doesn't take at once is kept, and
 * nothing more is received until it is gone: a client that stops reading costs one chunk's replies, no more.
 */
export class NonblockingConnection implements StreamReply {
  readonly fd: number;
  readonly #buffers: StreamBuffers;
  readonly #session: StreamSession;
  readonly #producing: boolean;
  #phase: Phase = 'talking';
  readonly #backlog: Backlog;
  readonly #patience: Patience | undefined;
  /** What is to be said to others when the wait is over. */
  readonly #heldBack: Backlog;
  #waitNanos = 0;

  constructor(fd: number, app: App, buffers: StreamBuffers) {
    this.fd = fd;
    this.#buffers = buffers;
    this.#backlog = new Backlog(buffers.pool);
    this.#heldBack = new Backlog(buffers.pool);
    this.#session = app.stream();
    this.#producing = this.#session.produce !== undefined;
    if (app.lookEveryMs !== undefined) this.#patience = new Patience(app.lookEveryMs);
  }

  /** Begins the conversation. To be called once. */
  open(): Wish {
    this.#buffers.room?.enter(this.fd);
    this.#session.open?.(this);
    return this.#wish();
  }

  /** How long the wish to wait is for. When that is over, {@link resume} is to be called. */
  get waitNanos(): number {
    return this.#waitNanos;
  }

  /** Goes on with the conversation. To be called when the socket is ready for the last wish, or has an error to tell. */
  serve(): Wish {
    // Who waits hears of errors only.
    if (this.#waitNanos > 0) return 'close';
    if (this.#backlog.length > 0) {
      this.#sendBacklog();
      // Who produces always waits to send: it looks here whether something has come.
      if (!this.#producing || this.#backlog.length > 0) return this.#wish();
    }
    return this.#receive();
  }

  /** Goes on after a wait. */
  resume(): Wish {
    this.#waitNanos = 0;
    this.#tellHeldBack();
    if (this.#backlog.length > 0) this.#sendBacklog();
    return this.#wish();
  }

  /** Ends the conversation when the peer has taken too long; undefined when it has not. To be called now and then. */
  look(nowMs: number): Wish | undefined {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return undefined;
    if (this.#patience?.isOver(nowMs, this.#session as Awaiting) !== true) return undefined;
    // It doesn't read either: nothing more can be said to it.
    if (this.#backlog.length > 0) return 'close';
    this.#session.expire?.(this);
    return this.#wish();
  }

  wait(nanos: number): void {
    this.#waitNanos += nanos;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking' || start === end) return;
    if (this.#holding) {
      this.#backlog.keep(bytes, start, end);
      return;
    }
    const { inbox, outbox } = this.#buffers;
    let from = start;
    // An echo answers out of the inbox: no copy.
    if (bytes === inbox.bytes) {
      from += this.#sendSome(inbox, start, end);
    } else {
      const part = bytes.subarray(start, Math.min(end, start + BUFFER_SIZE));
      outbox.bytes.set(part);
      from += this.#sendSome(outbox, 0, part.length);
    }
    if (from < end && this.#phase === 'talking') this.#backlog.keep(bytes, from, end);
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking') return;
    if (this.#holding) {
      this.#backlog.keep(bytes, start, end);
      return;
    }
    const memory = this.#buffers.constants.of(bytes);
    this.#backlog.refer(memory, start + this.#sendSome(memory, start, end), end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase !== 'talking') return;
    if (this.#waitNanos > 0) this.#heldBack.keep(bytes, start, end);
    else this.#buffers.room?.tell(this.fd, bytes, start, end);
  }

  end(): void {
    if (this.#phase !== 'talking') return;
    this.#phase = 'ended';
    this.#buffers.room?.leave(this.fd);
  }

  /** Closes the socket and gives back the memory. */
  close(): void {
    this.#buffers.room?.leave(this.fd);
    close(this.fd);
    this.#backlog.clear();
    this.#heldBack.clear();
  }

  /** Must what is said now be kept, behind what wasn't sent yet? */
  get #holding(): boolean {
    return this.#waitNanos > 0 || this.#backlog.length > 0;
  }

  #receive(): Wish {
    const { inbox } = this.#buffers;
    const received = recv(this.fd, inbox, 0, BUFFER_SIZE);
    if (received > 0) {
      if (this.#phase === 'talking') this.#session.receive(inbox.bytes, 0, received, this);
      return this.#wish();
    }
    if (received === 0) return this.#finish();
    return this.#passes(received, 'recv') ? this.#wish() : 'close';
  }

  /** The peer's FIN comes after all its data, and that has been answered: else nothing would be received. */
  #finish(): Wish {
    if (this.#phase === 'lingering') return 'close';
    if (this.#phase === 'talking') this.#session.finish?.(this);
    if (this.#phase !== 'broken') this.#phase = 'finished';
    return this.#wish();
  }

  #wish(): Wish {
    if (this.#waitNanos > 0) return 'wait';
    if (this.#producing) this.#produce();
    if (this.#phase !== 'talking') return this.#lastWish();
    return this.#producing || this.#backlog.length > 0 ? 'send' : 'receive';
  }

  #lastWish(): Wish {
    if (this.#phase === 'broken') return 'close';
    if (this.#backlog.length > 0) return 'send';
    if (this.#phase === 'finished') return 'close';
    if (this.#phase === 'ended') shutdown(this.fd, SHUT_WR);
    this.#phase = 'lingering';
    return 'linger';
  }

  #produce(): void {
    for (let i = 0; i < PIECES_AT_A_TIME; i++) {
      if (this.#phase !== 'talking' || this.#backlog.length > 0) return;
      this.#session.produce?.(this);
    }
  }

  #tellHeldBack(): void {
    const { memory, start, end } = this.#heldBack;
    if (memory === undefined || start === end) return;
    this.#buffers.room?.tell(this.fd, memory.bytes, start, end);
    this.#heldBack.clear();
  }

  /** @returns bytes that the kernel took. */
  #sendSome(memory: NativeMemory, start: number, end: number): number {
    const sent = send(this.fd, memory, start, end - start);
    if (sent >= 0) return sent;
    if (!this.#passes(sent, 'send')) this.#phase = 'broken';
    return 0;
  }

  /** Does the conversation outlast a call that failed? After a shortage, once it has waited a little. */
  #passes(result: number, call: 'recv' | 'send'): boolean {
    const retry = streamRetry(result, call);
    if (retry === 'later') this.#waitNanos += SHORTAGE_NANOS;
    return retry !== 'never';
  }

  #sendBacklog(): void {
    const { memory, start, end } = this.#backlog;
    if (memory !== undefined) this.#backlog.advance(this.#sendSome(memory, start, end));
  }
}
