import type { NativeMemory } from '../../sockets/memory/memory.ts';
import { POLLHUP } from '../../sockets/polling/poll.ts';
import { close, SHUT_RDWR, SHUT_WR, setOption, shutdown } from '../../sockets/socket.ts';
import { IOSQE_CQE_SKIP_SUCCESS } from '../../sockets/uring/submission-queue.ts';
import type { StreamApp } from '../apps/app.ts';
import { retryAccept, SHORTAGE_NANOS } from '../listening/accept.ts';
import { NativeCopies } from '../sending/constant-copies.ts';
import { MemoryPool } from '../sending/memory-pool.ts';
import { Lingering } from '../timing/lingering.ts';
import { CheckTimes } from '../timing/peer-timer.ts';
import { soonest, WaitingConnections } from '../timing/waiting-connections.ts';
import { CompletionConnection } from './connection.ts';
import type { StreamRing } from './stream-ring.ts';
import { type InboxSize, ServerRing } from './turn-ring.ts';

/** Kinds of operations. Their data is the socket's descriptor. */
const ACCEPT = 0;
const RECEIVE = 1;
const SEND_NOW = 2;
const SEND = 3;
const CANCEL = 4;
const PAUSE = 5;
const WATCH = 6;

/** Holds small messages of a thousand connections at once. Most of this memory is never touched then. */
const INBOX: InboxSize = { buffers: 1024, bufferSize: 16_384 };

/**
 * Serves connections over io_uring. Multishot operations accept and receive, and the call that waits for
 * completions submits all sends. That is one system call for each turn of the loop, and none for a request.
 */
export class RingStreams implements StreamRing<CompletionConnection> {
  readonly received: NativeMemory;
  readonly outbox: NativeMemory;
  readonly pool = new MemoryPool();
  readonly #listener: number;
  readonly #app: StreamApp;
  readonly #ring: ServerRing;
  readonly #constants = new NativeCopies();
  readonly #lingering = new Lingering();
  readonly #waiting = new WaitingConnections<CompletionConnection>();
  readonly #lookTimes: CheckTimes;
  /** By descriptor. A socket is closed only when it has no operation in flight, so its number is not reused before. */
  readonly #connections: (CompletionConnection | undefined)[] = [];
  #toRevisit: CompletionConnection[] = [];
  #revisited: CompletionConnection[] = [];
  /** Whether a send in flight uses the buffer of the completion being handled. */
  #isHeldBySend = false;

  readonly #stopping: () => boolean;

  /**
   * @param stopping returns true once the server is stopping. It must be set before the listener is shut down, which
   * ends a wait.
   * @throws {SystemError} where io_uring is not available.
   */
  constructor(listener: number, app: StreamApp, inbox = INBOX, stopping = () => false) {
    this.#listener = listener;
    this.#stopping = stopping;
    this.#app = app;
    this.#lookTimes = new CheckTimes(app.checkEveryMs);
    this.#ring = new ServerRing(inbox);
    this.received = this.#ring.inbox.data;
    this.outbox = this.#ring.outbox;
    this.#accept();
    // Ends a wait when the server stops. Over a Unix-domain socket a pending accept doesn't: on a listener that was shut
    // down, unix_accept in net/unix/af_unix.c returns EAGAIN to it, for ever.
    this.#ring.submissions.poll(listener, POLLHUP, WATCH, listener);
  }

  get turn(): number {
    return this.#ring.turn;
  }

  /**
   * Waits for completions, and handles them.
   * @param timeoutNanos maximum wait; -1 waits forever.
   * @throws {SystemError} when no further connection is possible, or the ring is unusable.
   */
  serve(timeoutNanos = -1): void {
    const { completions } = this.#ring;
    const came = this.#ring.beginTurn(this.#patienceNanos(timeoutNanos));
    // Handle short sends first: otherwise new input would be answered out of order. They need not be first in the
    // queue, because a receive started earlier in the same call may have completed at once.
    for (let i = 0; i < came; i++) {
      if (completions.kindAt(i) === SEND_NOW)
        this.#connections[completions.dataAt(i)]?.fellShort(completions.resultAt(i));
    }
    for (let i = 0; i < came; i++) this.#dispatch(completions.kindAt(i), completions.dataAt(i), i);
    if (this.#waiting.size > 0) this.#resume();
    this.#look();
    this.#revisitAll();
    this.#ring.endTurn(came);
  }

  /** Ends all connections and frees all memory. */
  close(): void {
    this.#ring.close();
    for (const connection of this.#connections) if (connection !== undefined) this.#release(connection);
    this.#constants.free();
    this.pool.free();
  }

  place(bytes: Uint8Array, start: number, end: number): number {
    return this.#ring.place(bytes, start, end);
  }

  constant(bytes: Uint8Array): NativeMemory {
    return this.#constants.of(bytes);
  }

  receive(fd: number): void {
    this.#ring.submissions.recvMultishot(fd, this.#ring.group, RECEIVE, fd);
  }

  stopReceiving(fd: number): void {
    this.#ring.submissions.cancel(RECEIVE, fd, CANCEL, fd);
    this.#ring.submissions.flag(IOSQE_CQE_SKIP_SUCCESS);
  }

  sendNow(fd: number, memory: NativeMemory, start: number, end: number): void {
    if (memory === this.received) this.#isHeldBySend = true;
    this.#ring.submissions.sendNow(fd, memory, start, end - start, SEND_NOW, fd);
  }

  send(fd: number, memory: NativeMemory, start: number, end: number): void {
    this.#ring.submissions.send(fd, memory, start, end - start, SEND, fd);
  }

  wait(connection: CompletionConnection): void {
    this.#waiting.add(connection);
  }

  revisit(connection: CompletionConnection): void {
    this.#toRevisit.push(connection);
  }

  finish(fd: number): void {
    shutdown(fd, SHUT_WR);
    this.#lingering.add(fd);
  }

  abort(fd: number): void {
    shutdown(fd, SHUT_RDWR);
  }

  sendToOthers(connection: CompletionConnection, bytes: Uint8Array, start: number, end: number): void {
    for (const other of this.#connections) if (other !== connection) other?.receiveBroadcast(bytes, start, end);
  }

  over(connection: CompletionConnection): void {
    this.#connections[connection.fd] = undefined;
    this.#lingering.delete(connection.fd);
    this.#release(connection);
  }

  #release(connection: CompletionConnection): void {
    close(connection.fd);
    connection.free();
  }

  /** Returns how long to wait for completions, at most `timeoutNanos`. */
  #patienceNanos(timeoutNanos: number): number {
    if (this.#toRevisit.length > 0) return 0;
    const lookMs = this.#lookTimes.waitMs();
    if (lookMs < 0 && this.#lingering.size + this.#waiting.size === 0) return timeoutNanos;
    const lingering = this.#lingering.size === 0 ? -1 : this.#lingering.expire();
    const left = soonest(soonest(lingering, this.#waiting.waitMs()), lookMs);
    return soonest(timeoutNanos, left < 0 ? -1 : Math.ceil(left * 1e6));
  }

  #dispatch(kind: number, fd: number, i: number): void {
    const result = this.#ring.completions.resultAt(i);
    const connection = this.#connections[fd];
    if (kind === RECEIVE) this.#handleReceive(connection, result, i);
    else if (kind === SEND) connection?.sent(result);
    else if (kind === ACCEPT) this.#handleAccept(result, this.#ring.completions.hasMore(i));
    else if (kind === PAUSE) this.#accept();
  }

  #handleReceive(connection: CompletionConnection | undefined, result: number, i: number): void {
    const { completions, inbox } = this.#ring;
    const buffer = completions.bufferAt(i);
    this.#isHeldBySend = false;
    if (result > 0) connection?.received(buffer * inbox.size, buffer * inbox.size + result);
    if (buffer >= 0) {
      if (this.#isHeldBySend) this.#ring.releaseLater(buffer);
      else inbox.release(buffer);
    }
    if (!completions.hasMore(i)) connection?.receivingEnded(result);
  }

  #handleAccept(result: number, more: boolean): void {
    if (result >= 0) this.#open(result);
    if (more) return;
    const retry = result >= 0 ? 'now' : retryAccept(result, this.#stopping);
    // An immediate retry would fail again, and the loop would spin.
    if (retry === 'later') this.#ring.submissions.timeout(SHORTAGE_NANOS, PAUSE, 0);
    else if (retry === 'now') this.#accept();
  }

  #accept(): void {
    this.#ring.submissions.acceptMultishot(this.#listener, ACCEPT, this.#listener);
  }

  #open(fd: number): void {
    setOption(fd, 'TCP_NODELAY', 1);
    const connection = new CompletionConnection(fd, this.#app, this);
    this.#connections[fd] = connection;
    connection.open();
  }

  /** Resumes connections whose delay is over. */
  #resume(): void {
    const now = performance.now();
    for (let next = this.#waiting.take(now); next !== undefined; next = this.#waiting.take(now)) {
      if (this.#connections[next.fd] === next) next.resume();
    }
  }

  /** Expires conversations whose clients have taken too long. */
  #look(): void {
    const nowMs = this.#lookTimes.due();
    if (nowMs < 0) return;
    for (const connection of this.#connections) connection?.look(nowMs);
  }

  /** Revisits the connections that have requested it by now. Requests made meanwhile wait for the next turn. */
  #revisitAll(): void {
    if (this.#toRevisit.length === 0) return;
    const connections = this.#toRevisit;
    this.#toRevisit = this.#revisited;
    this.#revisited = connections;
    for (const connection of connections) if (this.#connections[connection.fd] === connection) connection.revisited();
    connections.length = 0;
  }
}
