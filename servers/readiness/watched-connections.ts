import { POLLIN, POLLOUT } from '../../sockets/polling/poll.ts';
import { setOption } from '../../sockets/socket.ts';
import type { StreamApp } from '../apps/app.ts';
import { Lingering } from '../timing/lingering.ts';
import { CheckTimes } from '../timing/peer-timer.ts';
import { soonest, WaitingConnections } from '../timing/waiting-connections.ts';
import { type NextStep, NonblockingConnection, type StreamBuffers } from './connection.ts';
import type { Poller } from './poller.ts';

/**
 * The connections of a loop. Each is watched from its start to its end, and the watch is changed only when the
 * connection waits for something else. While a client reads its replies, a request costs a receive, a send, and a share
 * of a wait.
 */
export class WatchedConnections {
  readonly #poller: Poller;
  readonly #app: StreamApp;
  /** Indexed by descriptor, like `#interests`: the events for which each is watched. */
  readonly #connections: (NonblockingConnection | undefined)[] = [];
  readonly #interests: number[] = [];
  readonly #buffers: StreamBuffers;
  readonly #lingering = new Lingering();
  readonly #waiting = new WaitingConnections<NonblockingConnection>();
  readonly #lookTimes: CheckTimes;

  constructor(poller: Poller, app: StreamApp, buffers: StreamBuffers) {
    this.#poller = poller;
    this.#app = app;
    this.#buffers = buffers;
    this.#lookTimes = new CheckTimes(app.checkEveryMs);
  }

  /** Starts the conversation on a non-blocking socket, and owns it. */
  open(fd: number): void {
    setOption(fd, 'TCP_NODELAY', 1);
    const connection = new NonblockingConnection(fd, this.#app, this.#buffers);
    try {
      this.#poller.add(fd, POLLIN);
    } catch (error) {
      // Out of memory or of watches: only this client is not served.
      process.emitWarning(error as Error);
      connection.close();
      return;
    }
    this.#connections[fd] = connection;
    this.#interests[fd] = POLLIN;
    this.#apply(connection, connection.open());
  }

  has(fd: number): boolean {
    return this.#connections[fd] !== undefined;
  }

  /** Serves a connection that is ready. Does nothing for other descriptors. */
  serve(fd: number): void {
    const connection = this.#connections[fd];
    if (connection !== undefined) this.#apply(connection, connection.serve());
  }

  /** Returns how long to wait for readiness, in milliseconds; -1 waits forever. */
  waitMs(): number {
    const lingering = this.#lingering.size === 0 ? -1 : this.#lingering.expire();
    return soonest(soonest(lingering, this.#waiting.waitMs()), this.#lookTimes.waitMs());
  }

  /** Resumes and expires connections whose time has come. Call it after each wait. */
  checkTimes(): void {
    if (this.#waiting.size > 0) this.#resume();
    this.#look();
  }

  /** Stops receiving from a connection, or continues to wait for its events. Errors end it in both cases. */
  hold(fd: number, held: boolean): void {
    if (this.has(fd)) this.#poller.change(fd, held ? 0 : (this.#interests[fd] as number));
  }

  /** Closes all connections and frees the buffers. */
  free(): void {
    for (const connection of this.#connections) connection?.close();
    this.#buffers.free();
  }

  /** Resumes connections whose delay is over. */
  #resume(): void {
    const now = performance.now();
    for (let next = this.#waiting.take(now); next !== undefined; next = this.#waiting.take(now)) {
      // Another connection may have this descriptor by now.
      if (this.#connections[next.fd] === next) this.#apply(next, next.resume());
    }
  }

  /** Expires conversations whose clients have taken too long. */
  #look(): void {
    const nowMs = this.#lookTimes.due();
    if (nowMs < 0) return;
    for (const connection of this.#connections) {
      const step = connection?.look(nowMs);
      if (connection !== undefined && step !== undefined) this.#apply(connection, step);
    }
  }

  /** Does the next step that a connection requested: waits for an event, or closes it. */
  #apply(connection: NonblockingConnection, step: NextStep): void {
    const { fd } = connection;
    if (step === 'close') {
      this.#lingering.delete(fd);
      this.#connections[fd] = undefined;
      this.#poller.remove(fd);
      connection.close();
      return;
    }
    if (step === 'linger') this.#lingering.add(fd);
    if (step === 'wait') this.#waiting.add(connection);
    const interest = step === 'send' ? POLLOUT : step === 'wait' ? 0 : POLLIN;
    if (interest === this.#interests[fd]) return;
    this.#poller.change(fd, interest);
    this.#interests[fd] = interest;
  }
}
