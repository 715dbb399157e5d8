import { EADDRNOTAVAIL, ECONNRESET, EPROTO, ETIMEDOUT } from '../../../sockets/errors/errno.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { closedDemand, OpenDemand } from '../demand/demand.ts';
import { CLOSED, ConnectionTable, GREETING, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { RequestLedger } from '../ledger/request-ledger.ts';
import type { ClientProtocol, ProtocolNote } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import type { Workload } from '../workload.ts';
import { StreamConnections } from './connections.ts';
import { ReplyReader, type RequestOutcomes } from './reply-reader.ts';
import { WRITING } from './sender.ts';

/**
 * The life of requests and their connections, in any protocol, over streams: every connection keeps up to `pipelining`
 * requests in flight, and replies come in order; or each connection is opened for one request, and closed after its
 * reply. A handshake is such a request without bytes: it is complete when its connection can be used.
 *
 * Subclasses move the bytes. All state is in typed arrays, one element per connection; nothing is allocated for a
 * request.
 */
export abstract class Exchange implements Workload, RequestOutcomes {
  answered = 0;
  readonly sockets: StreamConnections;
  protected readonly state: LoadState;
  protected readonly table: ConnectionTable;
  protected readonly replies: ReplyReader;
  /** True when each request has its own connection. */
  protected readonly short: boolean;
  readonly #protocol: ClientProtocol;
  readonly #depth: number;
  readonly #handshake: boolean;
  readonly #requests: RequestLedger;

  constructor({ point, ...assignment }: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol) {
    const { connections, pipelining, connection, workload } = point;
    this.state = state;
    this.#protocol = protocol;
    this.#depth = pipelining;
    this.#handshake = workload === 'handshake';
    this.short = connection === 'per-request' || this.#handshake;
    this.table = new ConnectionTable(connections, pipelining, state.timed);
    this.#requests = new RequestLedger(this.table, state, this.short);
    this.replies = new ReplyReader(protocol, this.table, state, this);
    this.sockets = new StreamConnections({ point, ...assignment }, this.table, epoll, WRITING, state);
  }

  /**
   * Begins to receive on a connection that is now established.
   * @returns whether the protocol may begin. Otherwise {@link begin} must follow.
   */
  protected abstract established(c: number): boolean;
  /** Hands over a connection's unsent requests, or prepares to. It may end the connection: see {@link broken}. */
  protected abstract flush(c: number): void;
  /** Makes {@link flush} follow when everything that is ready has been handled. */
  protected abstract flushSoon(c: number): void;
  /** Memory in which the protocol writes what is not a request; {@link sendAside} sends its first `length` bytes. */
  protected abstract readonly aside: Uint8Array;
  /** @returns 0, or the errno that broke the connection. */
  protected abstract sendAside(c: number, length: number): number;
  /** Closes the socket. */
  protected abstract disconnect(c: number): void;

  abstract ready(c: number, events: number): void;
  abstract readExpected(): number;
  abstract settle(): void;
  abstract close(): void;

  get outstanding(): number {
    return this.table.inFlightTotal;
  }
  get neverAnswered(): number {
    return this.table.unansweredInFlight;
  }
  get needsSweep(): boolean {
    return this.sockets.needsSweep;
  }
  get statuses(): Record<string, number> | undefined {
    return this.#protocol.statusCounts?.();
  }
  get notes(): readonly ProtocolNote[] | undefined {
    return this.#protocol.notes;
  }

  startMeasuring(): void {
    this.#protocol.clearStatuses?.();
    if (this.short) this.state.forgetHandshakes();
  }

  open(c: number): void {
    // A handshake is a request before anything can be sent.
    if (this.#handshake) this.#first(c);
    const errno = this.sockets.open(c);
    if (errno !== 0) this.#refused(c, errno);
  }

  resume(c: number): void {
    // A connection that has not answered its first request yet keeps waiting for that.
    if (!this.table.wasAnswered(c)) return;
    if (this.table.phase(c) === OPEN && !this.short) {
      this.#ask(c, nowNanos());
      this.flush(c);
    } else if (this.table.phase(c) === CLOSED && !this.sockets.waits(c)) this.#again(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.short) {
      if (this.table.phase(c) !== CLOSED || this.sockets.waits(c)) return false;
      this.#requests.beginConnecting(c, dueNanos, dueNanos);
      this.open(c);
      return true;
    }
    if (this.table.phase(c) !== OPEN || this.table.awaited(c) >= this.#depth) return false;
    this.#requests.begin(c, dueNanos, dueNanos);
    this.flushSoon(c);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.table.count; c++) {
      if (!this.state.draining && this.sockets.takeRetry(c, now)) this.#again(c);
      else if (this.#requests.expire(c, deadline, now)) this.#replace(c);
      else if (this.state.flowing && this.#isStuck(c, deadline)) this.#refused(c, ETIMEDOUT);
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.table.count; c++) this.#requests.abandon(c, now);
  }

  /** Handles a connection that is established, or could not be. */
  protected connected(c: number, events: number): void {
    const errno = this.sockets.finish(c, events);
    if (errno !== 0) {
      this.#refused(c, errno);
      return;
    }
    if (this.established(c)) this.begin(c);
    else this.table.setPhase(c, GREETING);
  }

  /** Begins the protocol on a connection that carries its bytes. */
  protected begin(c: number): void {
    this.#protocol.reset(c);
    if (!this.#protocol.greets) {
      this.usable(c);
      return;
    }
    this.table.setPhase(c, GREETING);
    const length = this.#protocol.greet(c, this.aside, 0);
    const errno = length > 0 ? this.sendAside(c, length) : 0;
    if (errno !== 0) this.broken(c, errno);
  }

  /** Handles the unexpected end of a connection. @param errno 0 when its peer has closed it. */
  protected ended(c: number, errno: number): void {
    if (errno !== 0 || !this.replies.finish(c)) this.broken(c, errno === 0 ? ECONNRESET : errno);
  }

  /** Reopens a connection that has ended: at once if it has carried a reply, otherwise after a delay. */
  protected broken(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    if (this.table.served(c)) this.#replace(c);
    else this.#retryLater(c, errno);
  }

  usable(c: number): void {
    this.table.setPhase(c, OPEN);
    if (this.short) this.#requests.connected(c, this.sockets.age(c));
    if (this.#handshake) {
      if (this.table.inFlight(c) > 0) this.complete(c, 0, 0, nowNanos());
      return;
    }
    this.#first(c);
    this.flush(c);
  }

  /**
   * Makes a new connection's first request. While connections are being opened each makes one, and waits for the start
   * signal.
   */
  #first(c: number): void {
    const now = nowNanos();
    if (this.state.flowing) this.#ask(c, now);
    else if (this.table.inFlight(c) === 0) this.#requests.begin(c, now, now);
  }

  /** Asks for as many requests as the connection has room for. */
  #ask(c: number, now: number, most = this.#depth - this.table.awaited(c)): void {
    for (let room = most; room > 0; room--) {
      const due = this.state.demand.next(c, now, room);
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  complete(c: number, bytes: number, arrivedNanos: number, now: number): void {
    if (this.table.markServed(c)) this.answered++;
    this.#requests.complete(c, bytes, arrivedNanos, now);
    this.#next(c, now);
  }

  refuse(c: number, now: number): void {
    if (this.table.markServed(c)) this.answered++;
    this.#requests.refuse(c);
    this.#next(c, now);
  }

  corrupt(c: number, isReply: boolean): void {
    // A request that was given up has ended already.
    if (!isReply || this.table.inFlight(c) === 0) this.state.counts.unsolicited++;
    else this.#requests.corrupt(c);
    this.#replace(c);
  }

  respond(c: number): boolean {
    const length = this.#protocol.respond?.(c, this.aside, 0) ?? 0;
    const errno = length > 0 ? this.sendAside(c, length) : 0;
    if (errno !== 0) this.broken(c, errno);
    return errno === 0;
  }

  closing(c: number): void {
    this.broken(c, ECONNRESET);
  }

  refuseGreeting(c: number): void {
    this.#refused(c, EPROTO);
  }

  /** Makes the connection's next request after a reply, if there is one. */
  #next(c: number, now: number): void {
    const { demand } = this.state;
    if (this.short) {
      this.leave(c);
      this.disconnect(c);
      this.#renew(c, now);
    } else if (this.state.flowing) {
      // The closed loop skips a call: its speed is compared with C.
      const due = demand === closedDemand ? now : demand.next(c, now, this.#depth - this.table.awaited(c));
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  /** Sends the protocol's farewell on a connection that is about to be closed. An error makes no difference any more. */
  protected leave(c: number): void {
    if (this.table.phase(c) !== OPEN || this.table.awaited(c) > 0) return;
    const length = this.#protocol.farewell?.(c, this.aside, 0) ?? 0;
    if (length > 0) this.sendAside(c, length);
  }

  /** Opens a connection for its next request, if there is one. */
  #renew(c: number, now: number): void {
    if (!this.state.flowing || this.table.phase(c) !== CLOSED || this.sockets.waits(c)) return;
    const due = this.state.demand.next(c, now, 1);
    if (due < 0) return;
    this.#requests.beginConnecting(c, due, now);
    this.open(c);
  }

  /** Reports whether a connection has been opening since before `deadline`. */
  #isStuck(c: number, deadline: number): boolean {
    const phase = this.table.phase(c);
    return phase !== OPEN && phase !== CLOSED && this.sockets.beganBefore(c, deadline);
  }

  /**
   * Handles a failed attempt to connect, which also ends its request, or one that was due. At a rate, another
   * connection may take the latter.
   */
  #refused(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    if (this.table.inFlight(c) === 0 && !(this.state.demand instanceof OpenDemand)) this.#ask(c, nowNanos(), 1);
    this.#retryLater(c, errno);
  }

  #replace(c: number): void {
    this.#shut(c);
    this.#again(c);
  }

  #retryLater(c: number, errno: number): void {
    this.#shut(c, errno === EADDRNOTAVAIL ? 'noPort' : 'refused');
    this.sockets.retryLater(c);
  }

  /** Puts a connection that ended to use again, unless the load is over. */
  #again(c: number): void {
    if (this.state.draining) return;
    if (this.short && this.state.flowing) this.#renew(c, nowNanos());
    else this.open(c);
  }

  /** Closes the socket. @param cause see {@link RequestLedger.fail}. */
  #shut(c: number, cause?: DropCause): void {
    this.#requests.fail(c, cause);
    this.disconnect(c);
  }
}
