import { ECONNRESET } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { send } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { largestSize } from '../../model/message-sizes.ts';
import { CLOSED, CONNECTING, ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { StreamConnections } from '../streams/connections.ts';
import { Inbox } from '../streams/inbox.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DeliveryCounts } from '../threads/counts.ts';
import type { Workload } from '../workload.ts';
import { CALL, CALLED, LINE, LineReaders, NOTHING_WHOLE } from './lines.ts';
import { COMPLETE, SentLines, UNCOUNTED } from './sent-lines.ts';
import { UnsentLines } from './unsent-lines.ts';

const READING = EPOLLIN | EPOLLRDHUP;
const INBOX_BYTES = 65_536;
/** Number of connections that call: one that has received nothing yet may be one of the callers itself. */
const CALLERS = 2;

/**
 * A chat: each connection sends lines, and is expected to receive every line of the others. A line is a request that is
 * completed when every receiver has it; each of its deliveries has a response time. One thread holds all connections,
 * because it must know both the sender and the receivers of a line.
 */
export class Broadcast implements Workload {
  answered = 0;
  readonly sockets: StreamConnections;
  readonly #state: LoadState;
  readonly #epoll: Epoll;
  readonly #table: ConnectionTable;
  readonly #lines: SentLines;
  readonly #readers: LineReaders;
  readonly #size: number;
  readonly #inbox: Inbox;
  readonly #unsent: UnsentLines;
  readonly #call: NativeMemory;
  /** Connections that have something to send when everything that is ready has been read. */
  readonly #toFlush: number[] = [];
  /** Number of connections that were opened, or tried. */
  #begun = 0;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, pipelining, sizes } = assignment.point;
    this.#state = state;
    this.#epoll = epoll;
    this.#size = largestSize(sizes);
    this.#table = new ConnectionTable(connections, 1, false);
    this.#lines = new SentLines(connections, pipelining);
    this.#readers = new LineReaders(connections, this.#size);
    this.#inbox = new Inbox(INBOX_BYTES, state.kernelClock);
    this.#unsent = new UnsentLines(connections, this.#size);
    this.#call = new NativeMemory(CALL.length);
    this.#call.bytes.set(CALL);
    this.sockets = new StreamConnections(assignment, this.#table, epoll, EPOLLOUT | EPOLLRDHUP, state);
  }

  /** Includes one unanswered request for each connection that never received anything. */
  get outstanding(): number {
    return this.#lines.outstanding + this.#begun - this.answered;
  }

  /** True when a connection must be called or opened again. */
  get needsSweep(): boolean {
    return this.sockets.needsSweep || this.#begun > this.answered;
  }

  get deliveries(): DeliveryCounts {
    return this.#lines.counts;
  }

  open(c: number): void {
    this.#begun = Math.max(this.#begun, c + 1);
    if (this.sockets.open(c) !== 0) this.#broken(c);
  }

  ready(c: number, events: number): void {
    if (this.#table.phase(c) === CONNECTING) {
      if (this.sockets.finish(c) === 0) this.#connected(c);
      else this.#broken(c);
      return;
    }
    if ((events & ~EPOLLOUT) !== 0 && this.#table.phase(c) === OPEN) this.#read(c);
    if ((events & EPOLLOUT) !== 0 && this.#table.phase(c) === OPEN) this.#flush(c);
  }

  readExpected(): number {
    return 0;
  }

  settle(): void {
    for (let i = 0; i < this.#toFlush.length; i++) {
      const c = this.#toFlush[i] as number;
      if (this.#table.phase(c) === OPEN && this.#table.writing(c) === 0) this.#flush(c);
    }
    this.#toFlush.length = 0;
  }

  resume(c: number): void {
    if (this.#table.phase(c) !== OPEN) return;
    this.#ask(c, nowNanos());
    if (this.#table.writing(c) === 0) this.#flush(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#table.phase(c) !== OPEN || this.#lines.room(c) <= 0) return false;
    this.#addLine(c, dueNanos, dueNanos);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      this.#expire(c, deadline, now);
      if (this.#state.flowing && this.#table.phase(c) === OPEN) this.#ask(c, now);
      if (!this.#state.draining && this.sockets.takeRetry(c, now)) this.open(c);
    }
    this.#callSilent();
    this.settle();
  }

  startMeasuring(): void {
    this.#lines.restart();
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      this.#withdraw(c);
      this.#expire(c, Number.POSITIVE_INFINITY, now);
    }
    this.#state.counts.timedOut += this.#begun - this.answered;
  }

  close(): void {
    this.sockets.closeAll();
    this.#unsent.free();
    this.#call.free();
    this.#inbox.free();
  }

  #connected(c: number): void {
    this.#readers.reset(c);
    this.#watch(c, 0);
    // The server may have it in the room already; otherwise the sweep calls again.
    this.#callSilent();
  }

  /** Makes some connections call, for those that have received nothing yet. */
  #callSilent(): void {
    const { count } = this.#table;
    let silent = 0;
    for (let c = 0; c < count; c++) if (this.#table.phase(c) === OPEN && !this.#lines.isPresent(c)) silent++;
    if (silent === 0) return;
    for (let c = 0, called = 0; c < count && called < CALLERS; c++) {
      if (this.#table.phase(c) !== OPEN || this.#table.writing(c) === 1 || this.#unsent.isPartlySent(c)) continue;
      // The result is ignored: on a connection that the server reads, a call always finds room.
      send(this.#table.fd(c), this.#call, 0, CALL.length);
      called++;
    }
  }

  /** Handles a sign that a connection is in the room: it has received something. */
  #present(c: number, now: number): void {
    if (this.#lines.isPresent(c)) return;
    this.#lines.enter(c);
    if (this.#table.markServed(c)) this.answered++;
    if (this.#state.flowing) this.#ask(c, now);
  }

  /** Makes as many lines as the demand and the connection's room allow. */
  #ask(c: number, now: number): void {
    for (let room = this.#lines.room(c); room > 0; room--) {
      const due = this.#state.demand.next(c, now, room);
      if (due >= 0) this.#addLine(c, due, now);
    }
  }

  #addLine(c: number, dueNanos: number, readyNanos: number): void {
    this.#unsent.add(c, this.#lines.add(c, dueNanos, readyNanos));
    this.#state.counts.sent++;
    this.#toFlush.push(c);
  }

  /** Sends a connection's unsent lines, as far as the kernel takes them. */
  #flush(c: number): void {
    const unsent = this.#unsent;
    while (unsent.count(c) > 0) {
      const now = nowNanos();
      const bytes = unsent.send(c, this.#table.fd(c));
      if (bytes < 0) {
        if (streamRetry(bytes, 'send') === 'now') this.#watch(c, 1);
        else this.#end(c, -bytes);
        return;
      }
      if (this.#state.timed) this.#markSent(c, bytes, now);
      unsent.remove(c, bytes);
    }
    if (this.#table.writing(c) === 1) this.#watch(c, 0);
  }

  /** Records the send time of the lines that begin within the next `bytes` bytes. */
  #markSent(c: number, bytes: number, now: number): void {
    const first = this.#unsent.firstBegun(c);
    const end = first + this.#unsent.begunWithin(c, bytes);
    for (let number = first; number < end; number++) {
      this.#lines.markSent(c, number, now);
      this.#state.sent(this.#lines.due(c, number), this.#lines.ready(c, number), now);
    }
  }

  #read(c: number): void {
    const inbox = this.#inbox;
    for (let length = INBOX_BYTES; length === INBOX_BYTES; ) {
      length = inbox.read(this.#table.fd(c));
      if (length > 0) this.#receive(c, length, nowNanos());
      else if (length === 0) this.#end(c, ECONNRESET);
      else if (streamRetry(length, 'recv') !== 'now') this.#end(c, -length);
    }
  }

  #receive(c: number, length: number, now: number): void {
    const readers = this.#readers;
    for (let at = 0; at < length; at = readers.next) {
      const found = readers.read(c, this.#inbox.memory.bytes, at, length);
      if (found === NOTHING_WHOLE) return;
      this.#present(c, now);
      if (found === LINE) this.#received(c, readers.sender, readers.number, now);
      else if (found !== CALLED) this.#lines.counts.corrupted++;
    }
  }

  #received(receiver: number, sender: number, number: number, now: number): void {
    const lines = this.#lines;
    const state = this.#state;
    const outcome = lines.receive(receiver, sender, number);
    if (outcome === UNCOUNTED) return;
    const { arrivedNanos } = this.#inbox;
    if (arrivedNanos > 0)
      state.served(sender, lines.ready(sender, number), lines.sent(sender, number), arrivedNanos, now);
    state.delivered(lines.due(sender, number), now);
    if (outcome !== COMPLETE) return;
    state.counts.bytes += this.#size;
    state.lineCompleted(sender);
    if (state.flowing && this.#table.phase(sender) === OPEN) this.#ask(sender, now);
  }

  /**
   * Ends lines that could be sent before `deadline`: those sent time out, those that the socket never had room for are
   * dropped.
   */
  #expire(c: number, deadline: number, now: number): void {
    const unsent = this.#unsent;
    // A line of which a part was sent must be finished before those behind it can be left out.
    while (!unsent.isPartlySent(c) && unsent.count(c) > 0) {
      const number = unsent.first(c);
      if (this.#lines.ready(c, number) >= deadline) break;
      if (this.#lines.withdraw(c, number)) this.#state.unsent(c, 'unsent');
      unsent.removeFirst(c);
    }
    const next = unsent.firstBegun(c);
    const before = next < unsent.first(c) + unsent.count(c) ? next : undefined;
    for (let due = this.#lines.giveUp(c, deadline, before); due >= 0; due = this.#lines.giveUp(c, deadline, before)) {
      this.#state.counts.timedOut++;
      // Each receiver that has not received it has waited at least that long.
      for (let i = 0; i < this.#lines.missed; i++) this.#state.expired(due, now);
    }
  }

  #watch(c: number, writing: 0 | 1): void {
    this.#table.setWriting(c, writing);
    this.#epoll.modify(this.#table.fd(c), writing === 1 ? READING | EPOLLOUT : READING, c);
  }

  #end(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    this.#broken(c);
  }

  /** Counts a connection that ended, or could not be opened, as an error, and opens it again a little later. */
  #broken(c: number): void {
    this.#state.counts.sent++;
    this.#state.counts.errors++;
    this.#lines.leave(c);
    this.#withdraw(c);
    if (this.#table.phase(c) !== CLOSED) this.sockets.close(c);
    if (!this.#state.draining) this.sockets.retryLater(c);
  }

  /** Drops lines of which no byte was handed over. */
  #withdraw(c: number): void {
    const unsent = this.#unsent;
    const end = unsent.first(c) + unsent.count(c);
    for (let number = unsent.firstBegun(c); number < end; number++) {
      if (this.#lines.withdraw(c, number)) this.#state.unsent(c, 'unsent');
    }
    unsent.clear(c);
  }
}
