import { EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/epoll.ts';
import { ECONNRESET } from '../../../sockets/errno.ts';
import { NativeMemory } from '../../../sockets/memory.ts';
import { streamRetry } from '../../../sockets/retry.ts';
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
import { CALL, CALLED, LINE, LineReaders, NOTHING_WHOLE, writeLine } from './lines.ts';
import { COMPLETE, SaidLines, UNCOUNTED } from './said-lines.ts';

const READING = EPOLLIN | EPOLLRDHUP;
const INBOX_BYTES = 65_536;
/** Maximum bytes of lines that one send(2) carries; or a single line that is longer. */
const OUTBOX_BYTES = 65_536;
/** Number of connections that call: one that has heard nothing yet may be one of the callers itself. */
const CALLERS = 2;

/**
 * A chat: each connection sends lines, and is expected to receive every line of the others. A line is a request that is
 * completed when every receiver has it; each of its deliveries has a response time. One thread holds all connections,
 * because it must know both the speaker and the receivers of a line.
 */
export class Broadcast implements Workload {
  answered = 0;
  readonly sockets: StreamConnections;
  readonly #state: LoadState;
  readonly #epoll: Epoll;
  readonly #table: ConnectionTable;
  readonly #lines: SaidLines;
  readonly #readers: LineReaders;
  readonly #size: number;
  readonly #inbox: Inbox;
  readonly #outbox: NativeMemory;
  // By connection: the next line to send, the number of lines not yet sent, and the bytes already sent of the first of
  // them.
  readonly #sending: Int32Array;
  readonly #unsent: Int32Array;
  readonly #sentBytes: Int32Array;
  /** Connections that have something to send when everything that is ready has been read. */
  readonly #owed: number[] = [];
  /** Number of connections that were opened, or tried. */
  #begun = 0;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, pipelining, sizes } = assignment.point;
    this.#state = state;
    this.#epoll = epoll;
    this.#size = largestSize(sizes);
    this.#table = new ConnectionTable(connections, 1, false);
    this.#lines = new SaidLines(connections, pipelining);
    this.#readers = new LineReaders(connections, this.#size);
    this.#inbox = new Inbox(INBOX_BYTES, state.kernelClock);
    this.#outbox = new NativeMemory(Math.max(OUTBOX_BYTES, this.#size));
    this.#sending = new Int32Array(connections);
    this.#unsent = new Int32Array(connections);
    this.#sentBytes = new Int32Array(connections);
    this.sockets = new StreamConnections(assignment, this.#table, epoll, EPOLLOUT | EPOLLRDHUP, state);
  }

  /** Includes one unanswered request for each connection that never received anything. */
  get outstanding(): number {
    return this.#lines.outstanding + this.#begun - this.answered;
  }

  /** True when a connection must be called or opened again. */
  get ailing(): boolean {
    return this.sockets.ailing || this.#begun > this.answered;
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
    const owed = this.#owed;
    for (let i = 0; i < owed.length; i++) {
      const c = owed[i] as number;
      if (this.#table.phase(c) === OPEN && this.#table.writing(c) === 0) this.#flush(c);
    }
    owed.length = 0;
  }

  resume(c: number): void {
    if (this.#table.phase(c) !== OPEN) return;
    this.#ask(c, nowNanos());
    if (this.#table.writing(c) === 0) this.#flush(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#table.phase(c) !== OPEN || this.#lines.room(c) <= 0) return false;
    this.#say(c, dueNanos, dueNanos);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      this.#expire(c, deadline, now);
      if (this.#state.flowing && this.#table.phase(c) === OPEN) this.#ask(c, now);
      if (!this.#state.draining && this.sockets.takeRetry(c, now)) this.open(c);
    }
    this.#call();
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
    this.#outbox.free();
    this.#inbox.free();
  }

  #connected(c: number): void {
    this.#readers.reset(c);
    this.#watch(c, 0);
    // The server may have it in the room already; otherwise the sweep calls again.
    this.#call();
  }

  /** Makes some connections call, for those that have received nothing yet. */
  #call(): void {
    const { count } = this.#table;
    let silent = 0;
    for (let c = 0; c < count; c++) if (this.#table.phase(c) === OPEN && !this.#lines.isPresent(c)) silent++;
    if (silent === 0) return;
    this.#outbox.bytes.set(CALL);
    for (let c = 0, called = 0; c < count && called < CALLERS; c++) {
      if (this.#table.phase(c) !== OPEN || this.#table.writing(c) === 1 || this.#sentBytes[c] !== 0) continue;
      // The result is ignored: on a connection that the server reads, a call always finds room.
      send(this.#table.fd(c), this.#outbox, 0, CALL.length);
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
      if (due >= 0) this.#say(c, due, now);
    }
  }

  #say(c: number, dueNanos: number, readyNanos: number): void {
    const number = this.#lines.say(c, dueNanos, readyNanos);
    if (this.#unsent[c] === 0) this.#sending[c] = number;
    this.#unsent[c] = (this.#unsent[c] as number) + 1;
    this.#state.counts.sent++;
    this.#owed.push(c);
  }

  /** Sends a connection's unsent lines, as far as the kernel takes them. */
  #flush(c: number): void {
    const size = this.#size;
    while ((this.#unsent[c] as number) > 0) {
      const now = nowNanos();
      const lines = this.#prepare(c);
      const skipped = this.#sentBytes[c] as number;
      const sent = send(this.#table.fd(c), this.#outbox, skipped, lines * size - skipped);
      if (sent < 0) {
        if (streamRetry(sent, 'send') === 'now') this.#watch(c, 1);
        else this.#end(c, -sent);
        return;
      }
      if (this.#state.timed) this.#markSent(c, skipped, skipped + sent, now);
      const whole = Math.floor((skipped + sent) / size);
      this.#sentBytes[c] = (skipped + sent) % size;
      this.#sending[c] = (this.#sending[c] as number) + whole;
      this.#unsent[c] = (this.#unsent[c] as number) - whole;
    }
    if (this.#table.writing(c) === 1) this.#watch(c, 0);
  }

  /** Writes a connection's next lines to the outbox. @returns how many. */
  #prepare(c: number): number {
    const first = this.#sending[c] as number;
    const most = Math.max(1, Math.floor(OUTBOX_BYTES / this.#size));
    const lines = Math.min(this.#unsent[c] as number, most);
    for (let i = 0; i < lines; i++) writeLine(this.#outbox.bytes, i * this.#size, this.#size, c, first + i);
    return lines;
  }

  /** Records the send time of the lines that begin within bytes `from` to `to` of the outbox. */
  #markSent(c: number, from: number, to: number, now: number): void {
    for (let i = Math.ceil(from / this.#size); i * this.#size < to; i++) {
      const number = (this.#sending[c] as number) + i;
      this.#lines.markSent(c, number, now);
      this.#state.sent(this.#lines.due(c, number), this.#lines.ready(c, number), now);
    }
  }

  #read(c: number): void {
    const inbox = this.#inbox;
    for (let length = INBOX_BYTES; length === INBOX_BYTES; ) {
      length = inbox.read(this.#table.fd(c));
      if (length > 0) this.#hear(c, length, nowNanos());
      else if (length === 0) this.#end(c, ECONNRESET);
      else if (streamRetry(length, 'recv') !== 'now') this.#end(c, -length);
    }
  }

  #hear(c: number, length: number, now: number): void {
    const readers = this.#readers;
    for (let at = 0; at < length; at = readers.next) {
      const found = readers.read(c, this.#inbox.memory.bytes, at, length);
      if (found === NOTHING_WHOLE) return;
      this.#present(c, now);
      if (found === LINE) this.#heard(c, readers.speaker, readers.number, now);
      else if (found !== CALLED) this.#lines.counts.corrupted++;
    }
  }

  #heard(hearer: number, speaker: number, number: number, now: number): void {
    const lines = this.#lines;
    const state = this.#state;
    const outcome = lines.hear(hearer, speaker, number);
    if (outcome === UNCOUNTED) return;
    const due = lines.due(speaker, number);
    const { arrivedNanos } = this.#inbox;
    if (arrivedNanos > 0)
      state.served(speaker, lines.ready(speaker, number), lines.sent(speaker, number), arrivedNanos, now);
    state.delivered(due, now);
    if (outcome !== COMPLETE) return;
    state.counts.bytes += this.#size;
    state.told(speaker);
    if (state.flowing && this.#table.phase(speaker) === OPEN) this.#ask(speaker, now);
  }

  /**
   * Ends lines that could be sent before `deadline`: those sent time out, those that the socket never had room for are
   * dropped.
   */
  #expire(c: number, deadline: number, now: number): void {
    // A line of which a part was sent must be finished before those behind it can be left out.
    while (this.#sentBytes[c] === 0 && (this.#unsent[c] as number) > 0) {
      const number = this.#sending[c] as number;
      if (this.#lines.ready(c, number) >= deadline) break;
      if (this.#lines.withdraw(c, number)) this.#state.unsent(c, 'unsent');
      this.#sending[c] = number + 1;
      this.#unsent[c] = (this.#unsent[c] as number) - 1;
    }
    const begun = this.#sentBytes[c] === 0 ? 0 : 1;
    const before = (this.#unsent[c] as number) > begun ? (this.#sending[c] as number) + begun : undefined;
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
    for (let i = this.#sentBytes[c] === 0 ? 0 : 1; i < (this.#unsent[c] as number); i++) {
      if (this.#lines.withdraw(c, (this.#sending[c] as number) + i)) this.#state.unsent(c, 'unsent');
    }
    this.#unsent[c] = 0;
    this.#sentBytes[c] = 0;
  }
}
