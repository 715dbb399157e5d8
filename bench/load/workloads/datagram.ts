import { DatagramBatch } from '../../../sockets/batch.ts';
import { EPOLLIN, type Epoll } from '../../../sockets/epoll.ts';
import { EAGAIN } from '../../../sockets/errno.ts';
import { MSG_DONTWAIT, send } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { ArrivalOrder } from '../arrival-order.ts';
import type { Assignment } from '../assignment.ts';
import type { LoadState } from '../load-state.ts';
import { MessageSize } from '../message-size.ts';
import { Outstanding } from '../outstanding.ts';
import { Payload } from '../payload.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';
import { DatagramSockets } from './datagram-sockets.ts';

/** A first request that is not answered in this time is sent again while sockets are being opened. */
const FIRST_RETRY_NANOS = 200e6;

/**
 * Requests and replies over UDP: every connected socket keeps up to `pipelining` datagrams in flight, received and
 * sent many at a time. Replies are matched by sequence number, so that one that is lost delays no other.
 */
export class DatagramWorkload implements Workload {
  answered = 0;
  readonly sockets: DatagramSockets;
  readonly #firstConnection: number;
  readonly #state: LoadState;
  readonly #size: MessageSize;
  readonly #depth: number;
  readonly #payload: Payload;
  readonly #batch: DatagramBatch;
  readonly #order: ArrivalOrder;
  readonly #wasAnswered: Uint8Array;
  readonly #outstanding: Outstanding;
  /** Sequence numbers of the requests in the outbox. */
  readonly #prepared: Int32Array;
  /** Sockets whose next requests are to be sent, how many, and when they were due. */
  readonly #owed = new Int32Array(TURN_EVENTS);
  readonly #answers: Uint16Array;
  readonly #answeredAt: Float64Array;
  #owing = 0;
  /** Set when a socket has room for more requests than it holds: the next sweep fills it. */
  #thirsty = false;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { streamKey, point } = assignment;
    const { connections, sizes, pipelining } = point;
    const size = new MessageSize(sizes, streamKey);
    this.#firstConnection = assignment.firstConnection;
    this.#state = state;
    this.#size = size;
    this.#depth = pipelining;
    this.#payload = new Payload(size.largest, pipelining, streamKey);
    // A slot longer than a request, so that a reply that is too long shows.
    const timestamps = state.kernelClock !== undefined;
    this.#batch = new DatagramBatch(pipelining, size.largest + 8, { withTimestamps: timestamps });
    this.sockets = new DatagramSockets(assignment, epoll, size.fixed, timestamps, state.targets);
    this.#order = new ArrivalOrder(connections);
    this.#wasAnswered = new Uint8Array(connections);
    this.#outstanding = new Outstanding(connections, pipelining);
    this.#prepared = new Int32Array(pipelining);
    this.#answers = new Uint16Array(connections);
    this.#answeredAt = new Float64Array(connections);
  }

  get jitterNanos(): number | null {
    return this.#order.jitterNanos;
  }
  get outstanding(): number {
    return this.#outstanding.total;
  }
  get hopeless(): number {
    let requests = 0;
    for (let s = 0; s < this.sockets.count; s++)
      if (this.#wasAnswered[s] === 0) requests += this.#outstanding.pending(s);
    return requests;
  }
  get ailing(): boolean {
    return this.#thirsty || (!this.#state.flowing && !this.#state.draining);
  }

  open(s: number): void {
    this.sockets.open(s, EPOLLIN, this.#depth * (this.#size.largest + 1024));
    this.#sendFirst(s, nowNanos());
  }

  ready(s: number): void {
    const batch = this.#batch;
    const received = batch.receive(this.sockets.fd(s), MSG_DONTWAIT);
    if (received < 0) {
      if (received !== -EAGAIN) this.#refused(s, -received);
      return;
    }
    const now = nowNanos();
    let answers = 0;
    for (let i = 0; i < received; i++) if (this.#take(i, s, now)) answers++;
    if (answers === 0 || !this.#state.flowing) return;
    this.#answers[s] = answers;
    this.#answeredAt[s] = now;
    this.#owed[this.#owing++] = s;
  }

  /** Datagrams are read many at a time: asking epoll costs little for each. */
  readExpected(): number {
    return 0;
  }

  settle(): void {
    for (let i = 0; i < this.#owing; i++) {
      const s = this.#owed[i] as number;
      this.#ask(s, this.#answeredAt[s] as number, this.#answers[s] as number);
    }
    this.#owing = 0;
  }

  resume(s: number): void {
    if (this.#wasAnswered[s] === 0) return;
    const room = this.#depth - this.#outstanding.pending(s);
    if (room > 0) this.#ask(s, nowNanos(), room);
  }

  request(s: number, dueNanos: number): boolean {
    if (this.#wasAnswered[s] === 0 || this.#outstanding.pending(s) >= this.#depth) return false;
    this.#prepare(0, s, dueNanos, dueNanos);
    this.#send(s, 1);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let s = 0; s < this.sockets.count; s++) {
      while (this.#outstanding.pending(s) > 0) {
        const oldest = this.#outstanding.oldest(s);
        if (this.#outstanding.ready(s, oldest) >= this.#patience(s, now, deadline)) break;
        this.#lose(s, oldest, now);
      }
      const isNew = this.#wasAnswered[s] === 0 && this.sockets.isOpen(s);
      if (isNew && this.#outstanding.pending(s) === 0 && !this.#state.draining) this.#sendFirst(s, now);
    }
    if (!this.#thirsty || !this.#state.flowing) return;
    this.#thirsty = false;
    for (let s = 0; s < this.sockets.count; s++) this.resume(s);
  }

  startMeasuring(): void {
    this.sockets.startMeasuring();
    this.#order.reset();
  }

  abandon(now: number): void {
    for (let s = 0; s < this.sockets.count; s++) {
      while (this.#outstanding.pending(s) > 0) this.#lose(s, this.#outstanding.oldest(s), now);
    }
  }

  close(): void {
    this.sockets.close();
    this.#payload.free();
    this.#batch.free();
  }

  /** Requests that could be sent before this are given up. The very first on a socket is sent again sooner. */
  #patience(s: number, now: number, deadline: number): number {
    return this.#wasAnswered[s] === 0 ? Math.max(deadline, now - FIRST_RETRY_NANOS) : deadline;
  }

  #sendFirst(s: number, now: number): void {
    this.#prepare(0, s, now, now);
    this.#send(s, 1);
  }

  /** Asks for `count` requests for a socket that has room for them, and sends those that there are. */
  #ask(s: number, now: number, count: number): void {
    let requests = 0;
    for (let i = 0; i < count; i++) {
      const due = this.#state.demand.next(s, now, this.#depth - this.#outstanding.pending(s));
      if (due >= 0) this.#prepare(requests++, s, due, now);
    }
    if (requests > 0) this.#send(s, requests);
  }

  /** Makes a new request, the i-th of those to be sent next. */
  #prepare(i: number, s: number, dueNanos: number, readyNanos: number): void {
    const sequence = this.#outstanding.push(s, dueNanos, readyNanos);
    this.#prepared[i] = sequence;
    this.#state.began(s);
    this.#payload.address(i, this.#firstConnection + s, sequence);
  }

  /** Sends the first `count` requests of the outbox: the newest of the socket. */
  #send(s: number, count: number): void {
    const now = nowNanos();
    for (let i = 0; i < count; i++) this.#outstanding.markSent(s, this.#prepared[i] as number, now);
    let from = 0;
    let refusals = 0;
    while (from < count) {
      const some = Math.min(count - from, this.sockets.segments);
      const first = this.#prepared[from] as number;
      const length = some > 1 ? some * this.#size.fixed : this.#size.of(this.#firstConnection + s, first);
      const sent = send(this.sockets.fd(s), this.#payload.outbox, from * this.#size.largest, length, MSG_DONTWAIT);
      if (sent > 0) from += some;
      // An ICMP error of an earlier datagram is reported once, in place of sending; then sending works again.
      else if (sent === -EAGAIN || ++refusals > 1) break;
      else this.sockets.lastErrno = -sent;
    }
    if (this.#state.timed) this.#tell(s, count, now);
    for (let i = count - 1; i >= from; i--) this.#unsent(s, this.#prepared[i] as number);
  }

  /** The newest request was not sent after all. At a rate it has failed; first ones are made again at any rate. */
  #unsent(s: number, sequence: number): void {
    this.#thirsty = true;
    if (this.#wasAnswered[s] === 0 || this.#state.demand.takeBack()) {
      this.#outstanding.pop(s, sequence);
      this.#state.takenBack(s);
    } else {
      this.#outstanding.lose(s, sequence);
      this.#state.failed(s);
    }
  }

  #tell(s: number, count: number, now: number): void {
    for (let i = 0; i < count; i++) {
      const sequence = this.#prepared[i] as number;
      this.#state.sent(this.#outstanding.due(s, sequence), this.#outstanding.ready(s, sequence), now);
    }
  }

  /** Handles the datagram in slot i. @returns whether it answered a request. */
  #take(i: number, s: number, now: number): boolean {
    const { data, slotSize } = this.#batch;
    const at = i * slotSize;
    const sequence = data.int32[(at >> 2) + 1] as number;
    const connection = this.#firstConnection + s;
    const size = this.#size.of(connection, sequence);
    const whole = this.#batch.receivedLength(i) === size;
    if (!whole || !this.#payload.matches(data, at, 0, size, connection, sequence)) return this.#corrupted(i, s);
    const due = this.#outstanding.due(s, sequence);
    const kind = this.#outstanding.reply(s, sequence);
    if (kind === 'answer') {
      this.#answered(s);
      this.#arrived(i, s, sequence, now);
      this.#state.counts.bytes += size;
      this.#state.completed(s, due, now);
      return true;
    }
    if (kind === 'late') this.#state.counts.late++;
    else if (kind === 'duplicate') this.#state.counts.duplicated++;
    else this.#state.counts.unsolicited++;
    return false;
  }

  /** The reply in slot i is good: when it came, and in what order. */
  #arrived(i: number, s: number, sequence: number, now: number): void {
    const clock = this.#state.kernelClock;
    const seconds = this.#batch.stampSeconds(i);
    const stamped = clock !== undefined && seconds !== 0;
    const arrived = stamped ? clock.monotonic(seconds, this.#batch.stampNanos(i)) : now;
    const sent = this.#outstanding.sent(s, sequence);
    if (stamped) this.#state.served(s, this.#outstanding.ready(s, sequence), sent, arrived, now);
    if (this.#order.came(s, sequence, sent, arrived)) this.#state.counts.reordered++;
  }

  #answered(s: number): void {
    if (this.#wasAnswered[s] === 1) return;
    this.#wasAnswered[s] = 1;
    this.answered++;
  }

  /** A damaged reply ends the request it names, or the oldest one when the damage hides which. */
  #corrupted(i: number, s: number): boolean {
    const { data, slotSize } = this.#batch;
    const named = data.int32[((i * slotSize) >> 2) + 1] as number;
    if (this.#outstanding.reply(s, named) !== 'answer') {
      if (this.#outstanding.pending(s) === 0) {
        this.#state.counts.unsolicited++;
        return false;
      }
      this.#outstanding.reply(s, this.#outstanding.oldest(s));
    }
    this.#answered(s);
    this.#state.corrupted(s);
    return true;
  }

  #lose(s: number, sequence: number, now: number): void {
    this.#state.timedOut(s, this.#outstanding.due(s, sequence), now);
    this.#outstanding.lose(s, sequence);
    this.#thirsty = true;
  }

  /** The kernel reports an ICMP error, such as a port where nobody listens: it ends the oldest request. */
  #refused(s: number, errno: number): void {
    this.sockets.lastErrno = errno;
    this.#state.targets?.refused(s);
    if (this.#outstanding.pending(s) === 0) return;
    this.#outstanding.lose(s, this.#outstanding.oldest(s));
    this.#state.failed(s);
    this.#thirsty = true;
  }
}
