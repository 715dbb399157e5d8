import { streamRetry } from '../../sockets/errors/retry.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, recv, SHUT_WR, send, shutdown } from '../../sockets/socket.ts';
import type { StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import type { Room } from '../rooms/room.ts';
import { NativeCopies } from '../sending/constant-copies.ts';
import { MemoryPool } from '../sending/memory-pool.ts';
import type { Phase } from '../sending/phase.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import { type Awaiting, PeerTimer } from '../timing/peer-timer.ts';

/** Maximum size of one recv, in bytes. */
const BUFFER_SIZE = 65_536;

/**
 * Maximum of pieces that a session produces in a row, while the kernel takes all, before other connections have a turn.
 */
const PIECES_AT_A_TIME = 8;

/**
 * The next step that a connection requests from its loop.
 * - `receive`, `send`: wait until it can receive or send.
 * - `linger`: wait until it can receive, for at most LINGER_MS in all.
 * - `wait`: wait for the time `waitNanos`, and for no event before.
 * - `close`: close it.
 */
export type NextStep = 'receive' | 'send' | 'linger' | 'wait' | 'close';

/** State shared by all connections of one loop: memory through which they receive and send in turn, and a room. */
export class StreamBuffers {
  readonly inbox = new NativeMemory(BUFFER_SIZE);
  readonly outbox = new NativeMemory(BUFFER_SIZE);
  readonly constants = new NativeCopies();
  readonly pool = new MemoryPool();
  readonly room: Room | undefined;

  constructor(room?: Room) {
    this.room = room;
  }

  /** Frees the memory. Close all connections first. */
  free(): void {
    this.inbox.free();
    this.outbox.free();
    this.constants.free();
    this.pool.free();
    this.room?.free();
  }
}

/**
 * A conversation on a non-blocking socket, for readiness loops. Bytes that the kernel doesn't take at once are kept,
 * and nothing more is received until they are sent. So a client that stops reading costs the memory of one chunk's
 * replies.
 */
export class NonblockingConnection implements StreamReply {
  readonly fd: number;
  readonly #buffers: StreamBuffers;
  readonly #session: StreamSession;
  readonly #producing: boolean;
  #phase: Phase = 'talking';
  readonly #backlog: Backlog;
  readonly #peerTimer: PeerTimer | undefined;
  /** Messages to other clients, held back until the delay is over. */
  readonly #delayedBroadcasts: Backlog;
  #waitNanos = 0;

  constructor(fd: number, app: StreamApp, buffers: StreamBuffers) {
    this.fd = fd;
    this.#buffers = buffers;
    this.#backlog = new Backlog(buffers.pool);
    this.#delayedBroadcasts = new Backlog(buffers.pool);
    this.#session = app.stream();
    this.#producing = this.#session.produce !== undefined;
    if (app.checkEveryMs !== undefined) this.#peerTimer = new PeerTimer(app.checkEveryMs);
  }

  /** Begins the conversation. Call it once. */
  open(): NextStep {
    this.#buffers.room?.enter(this.fd);
    this.#session.open?.(this);
    return this.#nextStep();
  }

  /** Length of the requested delay, in nanoseconds. Call {@link resume} when it is over. */
  get waitNanos(): number {
    return this.#waitNanos;
  }

  /** Continues the conversation. Call it when the socket is ready for the last step requested, or has an error. */
  serve(): NextStep {
    // While waiting, only POLLERR and POLLHUP are reported.
    if (this.#waitNanos > 0) return 'close';
    if (this.#backlog.length > 0) {
      this.#sendBacklog();
      // A session that produces always waits to send: check here for input.
      if (!this.#producing || this.#backlog.length > 0) return this.#nextStep();
    }
    return this.#receive();
  }

  /** Continues after a delay. */
  resume(): NextStep {
    this.#waitNanos = 0;
    this.#sendDelayedBroadcasts();
    if (this.#backlog.length > 0) this.#sendBacklog();
    return this.#nextStep();
  }

  /** Expires the conversation when the peer has taken too long; returns undefined otherwise. Call it periodically. */
  look(nowMs: number): NextStep | undefined {
    if (this.#phase !== 'talking' || this.#waitNanos > 0) return undefined;
    if (this.#peerTimer?.isOver(nowMs, this.#session as Awaiting) !== true) return undefined;
    // The peer doesn't read either: no message would reach it.
    if (this.#backlog.length > 0) return 'close';
    this.#session.expire?.(this);
    return this.#nextStep();
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
    // An echo is sent from the inbox: no copy.
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
    if (this.#waitNanos > 0) this.#delayedBroadcasts.keep(bytes, start, end);
    else this.#buffers.room?.broadcast(this.fd, bytes, start, end);
  }

  end(): void {
    if (this.#phase !== 'talking') return;
    this.#phase = 'ended';
    this.#buffers.room?.leave(this.fd);
  }

  /** Closes the socket and returns the memory to the pool. */
  close(): void {
    this.#buffers.room?.leave(this.fd);
    close(this.fd);
    this.#backlog.clear();
    this.#delayedBroadcasts.clear();
  }

  /** Whether new replies must be kept, behind unsent ones. */
  get #holding(): boolean {
    return this.#waitNanos > 0 || this.#backlog.length > 0;
  }

  #receive(): NextStep {
    const { inbox } = this.#buffers;
    const received = recv(this.fd, inbox, 0, BUFFER_SIZE);
    if (received > 0) {
      if (this.#phase === 'talking') this.#session.receive(inbox.bytes, 0, received, this);
      return this.#nextStep();
    }
    if (received === 0) return this.#finish();
    return this.#passes(received, 'recv') ? this.#nextStep() : 'close';
  }

  /**
   * Handles the peer's FIN, which comes after all its data. That was answered, or nothing more would have been
   * received.
   */
  #finish(): NextStep {
    if (this.#phase === 'lingering') return 'close';
    if (this.#phase === 'talking') this.#session.finish?.(this);
    if (this.#phase !== 'broken') this.#phase = 'finished';
    return this.#nextStep();
  }

  #nextStep(): NextStep {
    if (this.#waitNanos > 0) return 'wait';
    if (this.#producing) this.#produce();
    if (this.#phase !== 'talking') return this.#lastStep();
    return this.#producing || this.#backlog.length > 0 ? 'send' : 'receive';
  }

  #lastStep(): NextStep {
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

  #sendDelayedBroadcasts(): void {
    const { memory, start, end } = this.#delayedBroadcasts;
    if (memory === undefined || start === end) return;
    this.#buffers.room?.broadcast(this.fd, memory.bytes, start, end);
    this.#delayedBroadcasts.clear();
  }

  /** @returns number of bytes that the kernel took. */
  #sendSome(memory: NativeMemory, start: number, end: number): number {
    const sent = send(this.fd, memory, start, end - start);
    if (sent >= 0) return sent;
    if (!this.#passes(sent, 'send')) this.#phase = 'broken';
    return 0;
  }

  /** Reports whether the conversation survives a failed call. After a shortage it delays the conversation. */
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
