import { EADDRNOTAVAIL, ECONNRESET } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { EPOLLIN, EPOLLOUT, type Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { closedDemand, OpenDemand } from '../demand/demand.ts';
import { CLOSED, CONNECTING, ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { RequestLedger } from '../ledger/request-ledger.ts';
import { MessageSize } from '../messages/message-size.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';
import { StreamConnections } from './connections.ts';
import { ExpectedReplies } from './expected-replies.ts';
import { Inbox } from './inbox.ts';
import { StreamSender, WRITING } from './sender.ts';

/**
 * Requests and replies over TCP: every connection keeps up to `pipelining` requests in flight, and replies come in
 * order; or each connection is opened for one request, and closed after its reply. All state is in typed arrays, one
 * element per connection; nothing is allocated for a request.
 */
export class StreamWorkload implements Workload {
  answered = 0;
  readonly sockets: StreamConnections;
  readonly #state: LoadState;
  readonly #firstConnection: number;
  readonly #size: MessageSize;
  readonly #depth: number;
  /** True when each request has its own connection. */
  readonly #short: boolean;
  readonly #sender: StreamSender;
  readonly #inbox: Inbox;
  readonly #table: ConnectionTable;
  readonly #requests: RequestLedger;
  /** Connections whose next requests are to be sent when everything that is ready has been read. */
  readonly #toSend = new Int32Array(3 * TURN_EVENTS);
  #toSendCount = 0;
  readonly #expected: ExpectedReplies;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, sizes, pipelining, connection } = assignment.point;
    const { firstConnection, streamKey } = assignment;
    const size = new MessageSize(sizes, streamKey);
    this.#state = state;
    this.#firstConnection = firstConnection;
    this.#size = size;
    this.#depth = pipelining;
    this.#short = connection === 'per-request';
    this.#inbox = new Inbox(Math.min(Math.max(size.largest * pipelining, 65_536), 1 << 20), state.kernelClock);
    this.#table = new ConnectionTable(connections, pipelining, state.timed);
    this.#requests = new RequestLedger(this.#table, state, this.#short);
    this.sockets = new StreamConnections(assignment, this.#table, epoll, WRITING, state);
    this.#expected = new ExpectedReplies(connections);
    const inOrder = pipelining === 1 && !this.#short ? this.#expected : undefined;
    const shape = { size, depth: pipelining, firstConnection, streamKey, sentOnOpening: this.#short };
    this.#sender = new StreamSender(state, this.#table, epoll, inOrder, shape);
  }

  get outstanding(): number {
    return this.#table.inFlightTotal;
  }
  get neverAnswered(): number {
    return this.#table.unansweredInFlight;
  }
  get needsSweep(): boolean {
    return this.sockets.needsSweep;
  }

  open(c: number): void {
    const errno = this.sockets.open(c);
    if (errno !== 0) this.#refused(c, errno);
  }

  ready(c: number, events: number): void {
    if (this.#table.phase(c) === CONNECTING) this.#connected(c);
    else if ((events & EPOLLOUT) !== 0) this.#flush(c);
    if ((events & ~EPOLLOUT) === 0 || this.#table.phase(c) !== OPEN) return;
    this.#read(c, (events & ~(EPOLLIN | EPOLLOUT)) !== 0);
    if (this.#state.flowing) this.#toSend[this.#toSendCount++] = c;
  }

  readExpected(): number {
    const expected = this.#expected;
    if (!this.#state.flowing || !expected.worthGuessing()) return 0;
    let found = 0;
    while (found < TURN_EVENTS && !expected.empty) {
      const c = expected.connection();
      const sequence = expected.sequence();
      if (this.#table.phase(c) === OPEN && this.#table.oldest(c) === sequence) {
        this.#read(c, false);
        if (this.#table.oldest(c) === sequence) break;
        this.#toSend[this.#toSendCount++] = c;
        found++;
      }
      expected.shift();
    }
    expected.learn(found);
    return found;
  }

  settle(): void {
    for (let i = 0; i < this.#toSendCount; i++) {
      const c = this.#toSend[i] as number;
      if (this.#table.phase(c) === OPEN) this.#flush(c);
    }
    this.#toSendCount = 0;
  }

  resume(c: number): void {
    // A connection that has not answered its first request yet keeps waiting for that.
    if (!this.#table.wasAnswered(c)) return;
    if (this.#table.phase(c) === OPEN && !this.#short) {
      this.#ask(c, nowNanos());
      this.#flush(c);
    } else if (this.#table.phase(c) === CLOSED && !this.sockets.waits(c)) this.#again(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#short) {
      if (this.#table.phase(c) !== CLOSED || this.sockets.waits(c)) return false;
      this.#requests.beginConnecting(c, dueNanos, dueNanos);
      this.open(c);
      return true;
    }
    if (this.#table.phase(c) !== OPEN || this.#table.awaited(c) >= this.#depth) return false;
    this.#requests.begin(c, dueNanos, dueNanos);
    this.#toSend[this.#toSendCount++] = c;
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      if (!this.#state.draining && this.sockets.takeRetry(c, now)) this.#again(c);
      else if (this.#requests.expire(c, deadline, now)) this.#replace(c);
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#table.count; c++) this.#requests.abandon(c, now);
  }

  close(): void {
    this.sockets.closeAll();
    this.#sender.payload.free();
    this.#inbox.free();
  }

  #connected(c: number): void {
    const errno = this.sockets.finish(c);
    if (errno !== 0) {
      this.#refused(c, errno);
      return;
    }
    if (this.#short) this.#requests.connected(c, this.sockets.age(c));
    else this.#sender.established(c);
    this.#first(c);
    this.#flush(c);
  }

  /**
   * Makes a new connection's first request. While connections are being opened each makes one, and waits for the start
   * signal.
   */
  #first(c: number): void {
    const now = nowNanos();
    if (this.#state.flowing) this.#ask(c, now);
    else if (this.#table.inFlight(c) === 0) this.#requests.begin(c, now, now);
  }

  /** Asks for as many requests as the connection has room for. */
  #ask(c: number, now: number, most = this.#depth - this.#table.awaited(c)): void {
    for (let room = most; room > 0; room--) {
      const due = this.#state.demand.next(c, now, room);
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  #flush(c: number): void {
    const errno = this.#sender.flush(c);
    if (errno !== 0) this.#break(c, errno);
  }

  /**
   * Reads a connection. @param ending whether epoll reports an end or an error: the socket is then read until that
   * comes.
   */
  #read(c: number, ending: boolean): void {
    const inbox = this.#inbox;
    for (;;) {
      const length = inbox.read(this.#table.fd(c));
      if (length <= 0) {
        if (length === 0) this.#break(c, ECONNRESET);
        else if (streamRetry(length, 'recv') !== 'now') this.#break(c, -length);
        return;
      }
      if (!this.#accept(c, length, nowNanos())) return;
      // A short read has emptied the socket, epoll(7).
      if (length < inbox.memory.size && !ending) return;
    }
  }

  /** Checks bytes that were received. @returns false when the connection must not be read any more. */
  #accept(c: number, length: number, now: number): boolean {
    const connection = this.#firstConnection + c;
    let at = 0;
    while (at < length) {
      // A short connection is closed after its reply: further bytes answer nothing.
      if (this.#table.awaited(c) === 0 || this.#table.phase(c) !== OPEN) {
        this.#unsolicited(c);
        return false;
      }
      const sequence = this.#table.oldest(c);
      const size = this.#size.of(connection, sequence);
      const from = this.#table.receivedBytes(c);
      const take = Math.min(length - at, size - from);
      if (!this.#sender.payload.matches(this.#inbox.memory, at, from, take, connection, sequence)) {
        this.#requests.corrupt(c);
        // Replies can't be matched to requests any more.
        this.#replace(c);
        return false;
      }
      at += take;
      this.#table.setReceivedBytes(c, from + take === size ? 0 : from + take);
      if (from + take === size) this.#complete(c, size, now);
    }
    return this.#table.phase(c) === OPEN;
  }

  #complete(c: number, size: number, now: number): void {
    const table = this.#table;
    const state = this.#state;
    if (table.markServed(c)) this.answered++;
    this.#requests.complete(c, size, this.#inbox.arrivedNanos, now);
    if (this.#short) {
      this.sockets.close(c);
      this.#renew(c, now);
    } else if (state.flowing) {
      // The closed loop skips a call: its speed is compared with C.
      const { demand } = state;
      const due = demand === closedDemand ? now : demand.next(c, now, this.#depth - table.awaited(c));
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  /** Opens a connection for its next request, if there is one. */
  #renew(c: number, now: number): void {
    if (!this.#state.flowing || this.#table.phase(c) !== CLOSED || this.sockets.waits(c)) return;
    const due = this.#state.demand.next(c, now, 1);
    if (due < 0) return;
    this.#requests.beginConnecting(c, due, now);
    this.open(c);
  }

  /** Handles bytes that answer no request. */
  #unsolicited(c: number): void {
    this.#state.counts.unsolicited++;
    if (this.#table.phase(c) === OPEN) this.#replace(c);
  }

  /** Reopens a connection that ended unexpectedly: at once if it has carried a reply, otherwise after a delay. */
  #break(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    if (this.#table.served(c)) this.#replace(c);
    else this.#retryLater(c, errno);
  }

  /**
   * Handles a failed attempt to connect, which also ends its request, or one that was due. At a rate, another
   * connection may take the latter.
   */
  #refused(c: number, errno: number): void {
    if (this.#table.inFlight(c) === 0 && !(this.#state.demand instanceof OpenDemand)) this.#ask(c, nowNanos(), 1);
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
    if (this.#state.draining) return;
    if (this.#short && this.#state.flowing) this.#renew(c, nowNanos());
    else this.open(c);
  }

  /** Closes the socket. @param cause see {@link RequestLedger.fail}. */
  #shut(c: number, cause?: DropCause): void {
    this.#requests.fail(c, cause);
    this.sockets.close(c);
  }
}
