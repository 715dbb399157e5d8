import { EPOLLIN, EPOLLOUT, type Epoll } from '../../../sockets/epoll.ts';
import { EAGAIN, ECONNRESET } from '../../../sockets/errno.ts';
import { NativeMemory } from '../../../sockets/memory.ts';
import { close, getOption, recv } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { largestSize } from '../../model/message-sizes.ts';
import type { Assignment } from '../assignment.ts';
import { CONNECTING, ConnectionTable, OPEN } from '../connection-table.ts';
import { closedDemand } from '../demand.ts';
import { ExpectedReplies } from '../expected-replies.ts';
import { Reconnects } from '../reconnects.ts';
import { type LoadState, TURN_EVENTS, type Workload } from '../workload.ts';
import { READING, StreamSender, WRITING } from './stream-sender.ts';
import { beginConnecting } from './stream-socket.ts';

/**
 * Requests and replies over TCP: every connection keeps up to `pipelining` requests in flight, and replies come in
 * order. All state is in typed arrays, one element a connection; nothing is allocated for a request.
 */
export class StreamWorkload implements Workload {
  opened = 0;
  answered = 0;
  lastErrno = 0;
  readonly #assignment: Assignment;
  readonly #state: LoadState;
  readonly #epoll: Epoll;
  readonly #firstConnection: number;
  readonly #size: number;
  readonly #depth: number;
  readonly #sender: StreamSender;
  readonly #inbox: NativeMemory;
  readonly #table: ConnectionTable;
  readonly #reconnects: Reconnects;
  /** Connections whose next requests are to be sent when all that is ready has been read. */
  readonly #owed = new Int32Array(3 * TURN_EVENTS);
  #owing = 0;
  readonly #expected: ExpectedReplies;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, sizes, pipelining } = assignment.point;
    const size = largestSize(sizes);
    this.#assignment = assignment;
    this.#state = state;
    this.#epoll = epoll;
    this.#firstConnection = assignment.firstConnection;
    this.#size = size;
    this.#depth = pipelining;
    this.#inbox = new NativeMemory(Math.min(Math.max(size * pipelining, 65_536), 1 << 20));
    this.#table = new ConnectionTable(connections, pipelining);
    this.#reconnects = new Reconnects(connections);
    this.#expected = new ExpectedReplies(connections);
    const request = { size, depth: pipelining, firstConnection: assignment.firstConnection };
    this.#sender = new StreamSender(this.#table, epoll, this.#expected, request);
  }

  get outstanding(): number {
    return this.#table.inFlightTotal;
  }

  get ailing(): boolean {
    return this.#reconnects.count > 0;
  }

  open(c: number): void {
    const fd = beginConnecting(this.#assignment.address);
    if (fd < 0) {
      this.#refused(c, -fd);
      return;
    }
    this.#table.setFd(c, fd);
    this.#table.setPhase(c, CONNECTING);
    this.#epoll.add(fd, WRITING, c);
  }

  ready(c: number, events: number): void {
    if (this.#table.phase(c) === CONNECTING) this.#connected(c);
    else if ((events & EPOLLOUT) !== 0) this.#flush(c);
    if ((events & ~EPOLLOUT) === 0 || this.#table.phase(c) !== OPEN) return;
    this.#read(c, (events & ~(EPOLLIN | EPOLLOUT)) !== 0);
    if (this.#state.flowing) this.#owed[this.#owing++] = c;
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
        this.#owed[this.#owing++] = c;
        found++;
      }
      expected.shift();
    }
    expected.learn(found);
    return found;
  }

  settle(): void {
    for (let i = 0; i < this.#owing; i++) {
      const c = this.#owed[i] as number;
      if (this.#table.phase(c) === OPEN) this.#flush(c);
    }
    this.#owing = 0;
  }

  fill(): void {
    const now = nowNanos();
    for (let c = 0; c < this.#table.count; c++) {
      // A connection that has not answered its first request yet is left to wait for that.
      if (this.#table.phase(c) !== OPEN || !this.#table.wasAnswered(c)) continue;
      this.#ask(c, now);
      this.#flush(c);
    }
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#table.phase(c) !== OPEN || this.#table.inFlight(c) >= this.#depth) return false;
    this.#push(c, dueNanos);
    this.#owed[this.#owing++] = c;
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      if (!this.#state.draining && this.#reconnects.take(c, now)) {
        this.open(c);
      } else if (this.#table.inFlight(c) > 0 && this.#table.oldestDue(c) < deadline) {
        this.#expire(c, now);
        this.#reopen(c);
      }
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#table.count; c++) this.#expire(c, now);
  }

  close(): void {
    for (let c = 0; c < this.#table.count; c++) if (this.#table.fd(c) >= 0) close(this.#table.fd(c));
    this.#sender.payload.free();
    this.#inbox.free();
  }

  #connected(c: number): void {
    const errno = getOption(this.#table.fd(c), 'SO_ERROR');
    if (errno !== 0) {
      this.#refused(c, errno);
      return;
    }
    if (this.#table.markOpened(c)) this.opened++;
    this.#epoll.modify(this.#table.fd(c), READING, c);
    // While connections are being opened each sends one request, and waits for the word to go.
    if (this.#state.flowing) this.#ask(c, nowNanos());
    else this.#push(c, nowNanos());
    this.#flush(c);
  }

  /** Asks for as many requests as the connection has room for. */
  #ask(c: number, now: number): void {
    for (let room = this.#depth - this.#table.inFlight(c); room > 0; room--) {
      const due = this.#state.demand.next(c, now, room);
      if (due >= 0) this.#push(c, due);
    }
  }

  #push(c: number, dueNanos: number): void {
    this.#table.push(c, dueNanos);
    this.#state.counts.sent++;
  }

  #flush(c: number): void {
    const errno = this.#sender.flush(c);
    if (errno !== 0) this.#break(c, errno);
  }

  /** @param ending does epoll report an end or an error? Then the socket is read until that comes. */
  #read(c: number, ending: boolean): void {
    const inbox = this.#inbox;
    for (;;) {
      const length = recv(this.#table.fd(c), inbox, 0, inbox.size);
      if (length <= 0) {
        if (length !== -EAGAIN) this.#break(c, length === 0 ? ECONNRESET : -length);
        return;
      }
      if (!this.#accept(c, length, nowNanos())) return;
      // A short read has emptied the socket, epoll(7).
      if (length < inbox.size && !ending) return;
    }
  }

  /** Checks bytes that were received. @returns false when the connection had to be given up. */
  #accept(c: number, length: number, now: number): boolean {
    const size = this.#size;
    const connection = this.#firstConnection + c;
    let at = 0;
    while (at < length) {
      if (this.#table.inFlight(c) === 0) {
        this.#state.counts.unsolicited++;
        this.#reopen(c);
        return false;
      }
      const from = this.#table.receivedBytes(c);
      const take = Math.min(length - at, size - from);
      if (!this.#sender.payload.matches(this.#inbox, at, from, take, connection, this.#table.oldest(c))) {
        this.#corrupted(c);
        return false;
      }
      at += take;
      this.#table.setReceivedBytes(c, from + take === size ? 0 : from + take);
      if (from + take === size) this.#complete(c, now);
    }
    return true;
  }

  #complete(c: number, now: number): void {
    if (this.#table.markServed(c)) this.answered++;
    this.#state.completed(c, this.#table.shift(c), now);
    if (this.#state.flowing) {
      // The closed loop, without a call: it is the one whose speed is held against C.
      const { demand } = this.#state;
      const due = demand === closedDemand ? now : demand.next(c, now, this.#depth - this.#table.inFlight(c));
      if (due >= 0) this.#push(c, due);
    }
  }

  /** A stream that carried a wrong byte is out of step: its connection is of no more use. */
  #corrupted(c: number): void {
    this.#state.counts.corrupted++;
    this.#table.shift(c);
    this.#reopen(c);
  }

  /** The connection ended by itself. It is opened again: at once if it had served, a little later if it had not. */
  #break(c: number, errno: number): void {
    this.lastErrno = errno;
    if (this.#table.served(c)) this.#reopen(c);
    else this.#retryLater(c);
  }

  /** An attempt to connect failed: it counts as a request that ended in an error. */
  #refused(c: number, errno: number): void {
    this.lastErrno = errno;
    this.#state.counts.sent++;
    this.#state.counts.errors++;
    this.#retryLater(c);
  }

  #expire(c: number, now: number): void {
    while (this.#table.inFlight(c) > 0) {
      this.#state.counts.timedOut++;
      this.#state.expired(this.#table.shift(c), now);
    }
  }

  #reopen(c: number): void {
    this.#shut(c);
    if (!this.#state.draining) this.open(c);
  }

  #retryLater(c: number): void {
    this.#shut(c);
    this.#reconnects.add(c, nowNanos());
  }

  /** Closes the socket; requests that were in flight on it ended in an error. */
  #shut(c: number): void {
    while (this.#table.inFlight(c) > 0) {
      this.#state.counts.errors++;
      this.#table.shift(c);
    }
    if (this.#table.fd(c) >= 0) close(this.#table.fd(c));
    this.#table.markClosed(c);
  }
}
