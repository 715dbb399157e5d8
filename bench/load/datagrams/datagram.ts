import { DatagramBatch } from '../../../sockets/batch.ts';
import { EAGAIN } from '../../../sockets/errors/errno.ts';
import { datagramRetry } from '../../../sockets/errors/retry.ts';
import { EPOLLIN, type Epoll } from '../../../sockets/polling/epoll.ts';
import { MSG_DONTWAIT } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { OpenDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { DUPLICATE, LATE } from '../ledger/outstanding.ts';
import { MessageSize } from '../messages/message-size.ts';
import { HEADER_BYTES, requestConnection } from '../messages/payload.ts';
import type { Assignment } from '../threads/assignment.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';
import { ArrivalOrder } from './arrival-order.ts';
import { DatagramRequests } from './requests.ts';
import { DatagramSockets } from './sockets.ts';

/** While sockets are being opened, a first request is sent again when it is not answered within this time. */
const FIRST_RETRY_NANOS = 200e6;

/** At a rate, the maximum number of replies that one call receives. */
const OPEN_BATCH = 64;
/**
 * At a rate, bytes of replies that a socket can hold while its thread does not run: about 10,000 small ones. The kernel
 * limits this to net.core.rmem_max, and allocates memory only as replies arrive.
 */
const OPEN_RECEIVE_BUFFER = 4 << 20;

/**
 * Requests and replies over UDP. In a closed loop every connected socket keeps up to `pipelining` datagrams in flight,
 * received and sent many at a time. At a rate each request is sent when it is due, on the sockets in turn, however many
 * are outstanding. Replies are matched by sequence number, so a lost one delays no other.
 */
export class DatagramWorkload implements Workload {
  answered = 0;
  readonly sockets: DatagramSockets;
  readonly #firstConnection: number;
  readonly #state: LoadState;
  readonly #size: MessageSize;
  readonly #depth: number;
  /** True when requests come at a rate. */
  readonly #open: boolean;
  readonly #batch: DatagramBatch;
  readonly #order: ArrivalOrder;
  readonly #wasAnswered: Uint8Array;
  readonly #requests: DatagramRequests;
  /** Sockets whose next requests are to be sent, and by socket: how many, and when they were due. */
  readonly #toSend = new Int32Array(TURN_EVENTS);
  readonly #answers: Uint16Array;
  readonly #answeredAt: Float64Array;
  #toSendCount = 0;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { streamKey, point } = assignment;
    const { connections, sizes, pipelining } = point;
    const size = new MessageSize(sizes, streamKey);
    this.#open = assignment.pacer !== null;
    this.#firstConnection = assignment.firstConnection;
    this.#state = state;
    this.#size = size;
    this.#depth = pipelining;
    // A slot is longer than a request, so that a reply that is too long is detected.
    const timestamps = state.kernelClock !== undefined;
    const batch = this.#open ? Math.max(pipelining, OPEN_BATCH) : pipelining;
    this.#batch = new DatagramBatch(batch, size.largest + 8, { withTimestamps: timestamps });
    this.sockets = new DatagramSockets(assignment, epoll, size.fixed, timestamps, state.targets);
    this.#order = new ArrivalOrder(connections);
    this.#wasAnswered = new Uint8Array(connections);
    const shape = { size, batch: pipelining, firstConnection: assignment.firstConnection, streamKey };
    this.#requests = new DatagramRequests(state, this.sockets, shape);
    this.#answers = new Uint16Array(connections);
    this.#answeredAt = new Float64Array(connections);
  }

  get jitterNanos(): number | null {
    return this.#order.jitterNanos;
  }
  get outstanding(): number {
    return this.#requests.outstanding.total;
  }
  get neverAnswered(): number {
    // At a rate every request is waited for: it times out soon, whether or not its socket ever received a reply.
    if (this.#isPaced) return 0;
    let requests = 0;
    for (let s = 0; s < this.sockets.count; s++)
      if (this.#wasAnswered[s] === 0) requests += this.#requests.outstanding.pending(s);
    return requests;
  }
  get needsSweep(): boolean {
    return this.#needsFilling || (!this.#state.flowing && !this.#state.draining);
  }

  open(s: number): void {
    this.sockets.open(s, EPOLLIN, this.#open ? OPEN_RECEIVE_BUFFER : this.#depth * (this.#size.largest + 1024));
    this.#sendFirst(s, nowNanos());
  }

  ready(s: number): void {
    const batch = this.#batch;
    const received = batch.receive(this.sockets.fd(s), MSG_DONTWAIT);
    if (received < 0) {
      if (received !== -EAGAIN && datagramRetry(received, 'recvmmsg') === 'now') this.#requests.refused(s, -received);
      return;
    }
    const now = nowNanos();
    let answers = 0;
    for (let i = 0; i < received; i++) if (this.#take(i, s, now)) answers++;
    if (answers === 0 || !this.#state.flowing || this.#open) return;
    this.#answers[s] = answers;
    this.#answeredAt[s] = now;
    this.#toSend[this.#toSendCount++] = s;
  }

  /** Does nothing: datagrams are read many at a time, so asking epoll costs little for each. */
  readExpected(): number {
    return 0;
  }

  settle(): void {
    for (let i = 0; i < this.#toSendCount; i++) {
      const s = this.#toSend[i] as number;
      this.#ask(s, this.#answeredAt[s] as number, this.#answers[s] as number);
    }
    this.#toSendCount = 0;
  }

  resume(s: number): void {
    if (this.#isPaced) this.#offer(s);
    else if (this.#wasAnswered[s] === 1) this.#fill(s);
  }

  request(s: number, dueNanos: number): boolean {
    if (!this.sockets.isOpen(s)) return false;
    this.#sendDue(s, dueNanos);
    this.#offer(s);
    return true;
  }

  sweep(now: number, deadline: number): void {
    const paced = this.#isPaced;
    const firstDeadline = paced ? deadline : Math.max(deadline, now - FIRST_RETRY_NANOS);
    for (let s = 0; s < this.sockets.count; s++) {
      const isNew = this.#wasAnswered[s] === 0;
      this.#requests.expire(s, isNew ? firstDeadline : deadline, now);
      const silent = isNew && this.#requests.outstanding.pending(s) === 0 && this.sockets.isOpen(s);
      if (silent && !paced && !this.#state.draining) this.#sendFirst(s, now);
    }
    if (!this.#needsFilling || !this.#state.flowing) return;
    this.#requests.freed = false;
    for (let s = 0; s < this.sockets.count; s++) this.resume(s);
  }

  startMeasuring(): void {
    this.sockets.startMeasuring();
    this.#order.reset();
  }

  abandon(now: number): void {
    for (let s = 0; s < this.sockets.count; s++) this.#requests.expire(s, Number.POSITIVE_INFINITY, now);
  }

  close(): void {
    this.sockets.close();
    this.#requests.payload.free();
    this.#batch.free();
  }

  /** True once the load runs at a rate. Before, each socket sends one request to be answered, as in a closed loop. */
  get #isPaced(): boolean {
    return this.#state.demand instanceof OpenDemand;
  }

  /** In a closed loop, true when the next sweep must fill sockets that have room. */
  get #needsFilling(): boolean {
    return this.#requests.freed && !this.#open;
  }

  /**
   * Sends a socket's first request while sockets are opened. If the kernel does not take it, the next sweep makes it
   * again.
   */
  #sendFirst(s: number, now: number): void {
    this.#requests.prepare(0, s, now);
    this.#requests.send(s, 1, now);
  }

  /** Sends one request at a rate. */
  #sendDue(s: number, dueNanos: number): void {
    this.#requests.prepare(0, s, dueNanos);
    if (this.#requests.send(s, 1, dueNanos) === 1) return;
    this.#state.droppedOn(s, this.#requests.refusal);
    // As far as the load is concerned, the arrival was on time.
    this.#state.arrivals?.sent(nowNanos(), true);
  }

  /** At a rate, a socket can always take a request: offers it until no arrival waits, once for each. */
  #offer(s: number): void {
    const { demand } = this.#state;
    for (let due = demand.next(s, 0, 1); due >= 0; due = demand.next(s, 0, 1)) this.#sendDue(s, due);
  }

  /** Closed loop: makes as many requests as a socket has room for. */
  #fill(s: number): void {
    const room = this.#depth - this.#requests.outstanding.pending(s);
    if (room > 0) this.#ask(s, nowNanos(), room);
  }

  /** Asks the demand for up to `count` requests for a socket with room, and sends those it gives. */
  #ask(s: number, now: number, count: number): void {
    const { demand } = this.#state;
    const room = this.#depth - this.#requests.outstanding.pending(s);
    let requests = 0;
    for (let i = Math.min(count, room); i > 0; i--) {
      const due = demand.next(s, now, room - requests);
      if (due >= 0) this.#requests.prepare(requests++, s, due);
    }
    if (requests === 0) return;
    const taken = this.#requests.send(s, requests, now);
    if (taken === requests) return;
    for (let i = taken; i < requests; i++) demand.takeBack();
    this.#requests.freed = true;
  }

  /** Handles the datagram in slot i. @returns whether it answered a request. */
  #take(i: number, s: number, now: number): boolean {
    const { data, slotSize } = this.#batch;
    const at = i * slotSize;
    const sequence = data.int32[(at >> 2) + 1] as number;
    const connection = this.#firstConnection + s;
    const size = this.#size.of(connection, sequence);
    const whole = this.#batch.receivedLength(i) === size;
    if (!whole || !this.#requests.payload.matches(data, at, 0, size, connection, sequence))
      return this.#corrupted(i, s);
    const place = this.#requests.outstanding.reply(s, sequence);
    if (place >= 0) {
      this.#answered(s);
      this.#arrived(i, s, sequence, place, now);
      this.#state.counts.bytes += size;
      this.#state.completed(s, this.#requests.outstanding.due(place), now);
      return true;
    }
    if (place === LATE) {
      this.#answered(s);
      this.#state.counts.late++;
    } else if (place === DUPLICATE) this.#state.counts.duplicated++;
    else this.#state.counts.unsolicited++;
    return false;
  }

  /** Records when the correct reply in slot i arrived, and in what order. @param place of its request. */
  #arrived(i: number, s: number, sequence: number, place: number, now: number): void {
    const clock = this.#state.kernelClock;
    const seconds = this.#batch.stampSeconds(i);
    const stamped = clock !== undefined && seconds !== 0;
    const arrived = stamped ? clock.monotonic(seconds, this.#batch.stampNanos(i)) : now;
    const sent = this.#requests.outstanding.sent(place);
    if (stamped) this.#state.served(s, this.#requests.outstanding.ready(place), sent, arrived, now);
    if (this.#order.came(s, sequence, sent, arrived)) this.#state.counts.reordered++;
  }

  #answered(s: number): void {
    if (this.#wasAnswered[s] === 1) return;
    this.#wasAnswered[s] = 1;
    this.answered++;
  }

  /** Handles a damaged reply: it ends the request it names, or the oldest one when the damage hides which. */
  #corrupted(i: number, s: number): boolean {
    const { data, slotSize } = this.#batch;
    const at = i * slotSize;
    const headed = this.#batch.receivedLength(i) >= HEADER_BYTES;
    const named = data.int32[(at >> 2) + 1] as number;
    if (!headed || this.#requests.outstanding.reply(s, named) < 0) {
      // A valid header names a request that has already ended: the reply is a duplicate or late.
      const fits = headed && requestConnection(data, at) === this.#firstConnection + s;
      if (fits || this.#requests.outstanding.pending(s) === 0) {
        this.#state.counts.unsolicited++;
        return false;
      }
      this.#requests.outstanding.takeOldest(s);
    }
    this.#answered(s);
    this.#state.corrupted(s);
    return true;
  }
}
