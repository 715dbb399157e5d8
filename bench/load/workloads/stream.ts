import { EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/epoll.ts';
import { check, EAGAIN, ECONNRESET, EINPROGRESS } from '../../../sockets/errno.ts';
import { NativeMemory } from '../../../sockets/memory.ts';
import { close, connect, getOption, recv, send, setOption, socket } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Assignment } from '../assignment.ts';
import { InFlight } from '../in-flight.ts';
import { Payload } from '../payload.ts';
import { type LoadState, RETRY_NANOS, TURN_EVENTS, type Workload } from '../workload.ts';

/**
 * Edge-triggered: a level-triggered socket is polled once more by the next epoll_wait(2) after it was read, which
 * cost 3 % of all CPU time. The price: a read must go on until the socket is empty.
 */
const READING = EPOLLIN | EPOLLRDHUP | EPOLLET;
const WRITING = READING | EPOLLOUT;

const CLOSED = 0;
const CONNECTING = 1;
const OPEN = 2;

/** Requests that one send(2) may carry at most, in bytes. */
const OUTBOX_BYTES = 65_536;

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
  readonly #size: number;
  readonly #depth: number;
  readonly #payload: Payload;
  readonly #inbox: NativeMemory;
  readonly #fd: Int32Array;
  readonly #phase: Uint8Array;
  /** Is the kernel's send buffer full, so that epoll watches for room? */
  readonly #writing: Uint8Array;
  readonly #wasOpened: Uint8Array;
  readonly #wasAnswered: Uint8Array;
  /** Has the connection served a request since it was opened, or opened again? */
  readonly #served: Uint8Array;
  readonly #inFlight: InFlight;
  /** Sequence number of the request being sent. */
  readonly #sending: Uint32Array;
  /** Bytes done of the request being sent, and of the reply being received. */
  readonly #sentBytes: Int32Array;
  readonly #receivedBytes: Int32Array;
  /** When to open a broken connection again; 0 for those that are not broken. */
  readonly #retryAt: Float64Array;
  /** Connections whose next requests are to be sent when all that is ready has been read. */
  readonly #owed = new Int32Array(TURN_EVENTS);
  #owing = 0;
  #broken = 0;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, size, pipelining } = assignment.point;
    this.#assignment = assignment;
    this.#state = state;
    this.#epoll = epoll;
    this.#size = size;
    this.#depth = pipelining;
    this.#payload = new Payload(size, Math.max(1, Math.min(pipelining, Math.floor(OUTBOX_BYTES / size))));
    this.#inbox = new NativeMemory(Math.min(Math.max(size * pipelining, 65_536), 1 << 20));
    this.#fd = new Int32Array(connections).fill(-1);
    this.#phase = new Uint8Array(connections);
    this.#writing = new Uint8Array(connections);
    this.#wasOpened = new Uint8Array(connections);
    this.#wasAnswered = new Uint8Array(connections);
    this.#served = new Uint8Array(connections);
    this.#inFlight = new InFlight(connections, pipelining);
    this.#sending = new Uint32Array(connections);
    this.#sentBytes = new Int32Array(connections);
    this.#receivedBytes = new Int32Array(connections);
    this.#retryAt = new Float64Array(connections);
  }

  get outstanding(): number {
    return this.#inFlight.total;
  }

  get ailing(): boolean {
    return this.#broken > 0;
  }

  open(c: number): void {
    const fd = check(socket('tcp', this.#assignment.address.host, false), 'socket');
    this.#fd[c] = fd;
    setOption(fd, 'TCP_NODELAY', 1);
    this.#phase[c] = CONNECTING;
    const status = connect(fd, this.#assignment.address);
    if (status < 0 && status !== -EINPROGRESS) {
      this.#refused(c, -status);
      return;
    }
    this.#epoll.add(fd, WRITING, c);
  }

  ready(c: number, events: number): void {
    if (this.#phase[c] === CONNECTING) this.#connected(c);
    else if ((events & EPOLLOUT) !== 0) this.#flush(c);
    if ((events & ~EPOLLOUT) === 0 || this.#phase[c] !== OPEN) return;
    this.#read(c, (events & ~(EPOLLIN | EPOLLOUT)) !== 0);
    if (this.#state.flowing) this.#owed[this.#owing++] = c;
  }

  settle(): void {
    for (let i = 0; i < this.#owing; i++) {
      const c = this.#owed[i] as number;
      if (this.#phase[c] === OPEN) this.#flush(c);
    }
    this.#owing = 0;
  }

  fill(): void {
    const now = nowNanos();
    for (let c = 0; c < this.#fd.length; c++) {
      // A connection that has not answered its first request yet is left to wait for that.
      if (this.#phase[c] !== OPEN || this.#wasAnswered[c] === 0) continue;
      for (let n = this.#inFlight.count(c); n < this.#depth; n++) this.#request(c, now);
      this.#flush(c);
    }
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#fd.length; c++) {
      const retryAt = this.#retryAt[c] as number;
      if (retryAt > 0 && retryAt <= now && !this.#state.draining) {
        this.#retryAt[c] = 0;
        this.#broken--;
        this.open(c);
      } else if (this.#inFlight.count(c) > 0 && this.#inFlight.oldestDue(c) < deadline) {
        this.#expire(c, now);
        this.#reopen(c);
      }
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#fd.length; c++) this.#expire(c, now);
  }

  close(): void {
    for (const fd of this.#fd) if (fd >= 0) close(fd);
    this.#payload.free();
    this.#inbox.free();
  }

  #connected(c: number): void {
    const errno = getOption(this.#fd[c] as number, 'SO_ERROR');
    if (errno !== 0) {
      this.#refused(c, errno);
      return;
    }
    this.#phase[c] = OPEN;
    this.#epoll.modify(this.#fd[c] as number, READING, c);
    if (this.#wasOpened[c] === 0) this.opened++;
    this.#wasOpened[c] = 1;
    this.#request(c, nowNanos());
    this.#flush(c);
  }

  #request(c: number, dueNanos: number): void {
    this.#inFlight.push(c, dueNanos);
    this.#state.counts.sent++;
  }

  /** Hands as much as the kernel takes of the requests that wait to be sent. */
  #flush(c: number): void {
    const payload = this.#payload;
    const size = this.#size;
    for (;;) {
      const first = this.#sending[c] as number;
      const waiting = (this.#inFlight.next(c) - first) >>> 0;
      if (waiting === 0) break;
      const messages = Math.min(waiting, payload.capacity);
      const connection = this.#assignment.firstConnection + c;
      for (let i = 0; i < messages; i++) payload.address(i, connection, (first + i) >>> 0);
      const from = this.#sentBytes[c] as number;
      const length = messages * size - from;
      const sent = send(this.#fd[c] as number, payload.outbox, from, length);
      if (sent < 0 && sent !== -EAGAIN) {
        this.#break(c, -sent);
        return;
      }
      const done = from + Math.max(sent, 0);
      const whole = done < size ? 0 : done === size ? 1 : Math.floor(done / size);
      this.#sending[c] = first + whole;
      this.#sentBytes[c] = done - whole * size;
      if (sent < length) {
        this.#watchForRoom(c, 1);
        return;
      }
    }
    if (this.#writing[c] === 1) this.#watchForRoom(c, 0);
  }

  #watchForRoom(c: number, wanted: 0 | 1): void {
    if (this.#writing[c] === wanted) return;
    this.#writing[c] = wanted;
    this.#epoll.modify(this.#fd[c] as number, wanted ? WRITING : READING, c);
  }

  /** @param ending does epoll report an end or an error? Then the socket is read until that comes. */
  #read(c: number, ending: boolean): void {
    const inbox = this.#inbox;
    for (;;) {
      const length = recv(this.#fd[c] as number, inbox, 0, inbox.size);
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
    const connection = this.#assignment.firstConnection + c;
    let at = 0;
    while (at < length) {
      if (this.#inFlight.count(c) === 0) {
        this.#state.counts.unsolicited++;
        this.#reopen(c);
        return false;
      }
      const from = this.#receivedBytes[c] as number;
      const take = Math.min(length - at, size - from);
      if (!this.#payload.matches(this.#inbox, at, from, take, connection, this.#inFlight.oldest(c))) {
        this.#corrupted(c);
        return false;
      }
      at += take;
      this.#receivedBytes[c] = from + take === size ? 0 : from + take;
      if (from + take === size) this.#complete(c, now);
    }
    return true;
  }

  #complete(c: number, now: number): void {
    this.#served[c] = 1;
    if (this.#wasAnswered[c] === 0) {
      this.#wasAnswered[c] = 1;
      this.answered++;
    }
    this.#state.completed(c, this.#inFlight.shift(c), now);
    if (this.#state.flowing) this.#request(c, now);
  }

  /** A stream that carried a wrong byte is out of step: its connection is of no more use. */
  #corrupted(c: number): void {
    this.#state.counts.corrupted++;
    this.#inFlight.shift(c);
    this.#reopen(c);
  }

  /** The connection ended by itself. It is opened again: at once if it had served, a little later if it had not. */
  #break(c: number, errno: number): void {
    this.lastErrno = errno;
    if (this.#served[c] === 1) this.#reopen(c);
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
    while (this.#inFlight.count(c) > 0) {
      this.#state.counts.timedOut++;
      this.#state.expired(this.#inFlight.shift(c), now);
    }
  }

  #reopen(c: number): void {
    this.#shut(c);
    if (!this.#state.draining) this.open(c);
  }

  #retryLater(c: number): void {
    this.#shut(c);
    this.#retryAt[c] = nowNanos() + RETRY_NANOS;
    this.#broken++;
  }

  /** Closes the socket; requests that were in flight on it ended in an error. */
  #shut(c: number): void {
    while (this.#inFlight.count(c) > 0) {
      this.#state.counts.errors++;
      this.#inFlight.shift(c);
    }
    close(this.#fd[c] as number);
    this.#fd[c] = -1;
    this.#phase[c] = CLOSED;
    this.#writing[c] = 0;
    this.#served[c] = 0;
    this.#sending[c] = this.#inFlight.next(c);
    this.#sentBytes[c] = 0;
    this.#receivedBytes[c] = 0;
  }
}
