import { EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { CLOSED, CONNECTING, ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { Workload } from '../workload.ts';
import { StreamConnections } from './connections.ts';

/** Events that report an error or the peer's end. */
export const ENDING = ~(EPOLLIN | EPOLLOUT);

/** Base of upload and download: connections over which bytes flow one way, without requests. */
export abstract class OneWayStream implements Workload {
  answered = 0;
  readonly sockets: StreamConnections;
  readonly outstanding = 0;
  protected readonly state: LoadState;
  protected readonly table: ConnectionTable;
  readonly #epoll: Epoll;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    this.state = state;
    this.#epoll = epoll;
    this.table = new ConnectionTable(assignment.point.connections, 1, false);
    this.sockets = new StreamConnections(assignment, this.table, epoll, EPOLLOUT | EPOLLRDHUP);
  }

  /** Returns the events for which epoll watches an established connection. */
  protected abstract interest(c: number): number;
  /**
   * Moves bytes on a connection that is ready. @returns 0, or the errno that broke it; ECONNRESET when its peer closed
   * it.
   */
  protected abstract move(c: number, events: number): number;

  get needsSweep(): boolean {
    return this.sockets.needsSweep;
  }

  open(c: number): void {
    if (this.sockets.open(c) !== 0) this.#broken(c);
  }

  ready(c: number, events: number): void {
    if (this.table.phase(c) === CONNECTING) {
      if (this.sockets.finish(c) === 0) this.watch(c);
      else this.#broken(c);
    } else if (this.table.phase(c) === OPEN) {
      const errno = this.move(c, events);
      if (errno === 0) return;
      this.sockets.lastErrno = errno;
      this.#broken(c);
    }
  }

  readExpected(): number {
    return 0;
  }

  settle(): void {}

  resume(c: number): void {
    if (this.table.phase(c) === OPEN) this.watch(c);
  }

  /** Returns false: a stream has no requests. */
  request(): boolean {
    return false;
  }

  sweep(now: number): void {
    if (this.state.draining) return;
    for (let c = 0; c < this.table.count; c++) if (this.sockets.takeRetry(c, now)) this.open(c);
  }

  stopMeasuring(): void {
    for (let c = 0; c < this.table.count; c++) this.resume(c);
  }

  abandon(): void {}

  close(): void {
    this.sockets.closeAll();
  }

  /** Updates the events for which epoll watches the connection. */
  protected watch(c: number): void {
    this.#epoll.modify(this.table.fd(c), this.interest(c), c);
  }

  /** Records that the connection is served: it has delivered its first byte, or is ready to take one. */
  protected serve(c: number): void {
    if (this.table.markServed(c)) this.answered++;
  }

  /** Counts a connection that ended, or could not be opened, as an error, and opens it again a little later. */
  #broken(c: number): void {
    this.state.counts.sent++;
    this.state.counts.errors++;
    if (this.table.phase(c) !== CLOSED) this.sockets.close(c);
    if (!this.state.draining) this.sockets.retryLater(c);
  }
}
