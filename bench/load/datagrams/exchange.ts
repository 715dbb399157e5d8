import type { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { OpenDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { DUPLICATE, LATE } from '../ledger/outstanding.ts';
import type { Assignment } from '../threads/assignment.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';
import { ArrivalOrder } from './arrival-order.ts';
import { ANSWER, DAMAGED, type DatagramContent, REFUSAL } from './content.ts';
import type { DatagramRequests } from './requests.ts';
import type { DatagramSockets } from './sockets.ts';

/** While sockets are being opened, a first request is sent again when it is not answered within this time. */
const FIRST_RETRY_NANOS = 200e6;

/**
 * At a rate, bytes of replies that a socket can hold while its thread does not run: about 10,000 small ones. The kernel
 * limits this to net.core.rmem_max, and allocates memory only as replies arrive.
 */
const OPEN_RECEIVE_BUFFER = 4 << 20;

/** Parts of a {@link DatagramExchange}. */
export interface DatagramParts {
  readonly sockets: DatagramSockets;
  readonly content: DatagramContent;
  readonly requests: DatagramRequests;
}

/**
 * The life of requests over UDP. In a closed loop every connected socket keeps up to `pipelining` datagrams in flight. At
 * a rate each request is sent when it is due, on the sockets in turn, however many are outstanding. Each reply is matched
 * to its request, so a lost one delays no other. Subclasses move the datagrams.
 */
export abstract class DatagramExchange implements Workload {
  answered = 0;
  readonly sockets: DatagramSockets;
  protected readonly state: LoadState;
  protected readonly requests: DatagramRequests;
  /** True when requests come at a rate. */
  protected readonly isOpenLoop: boolean;
  readonly #content: DatagramContent;
  readonly #depth: number;
  readonly #order: ArrivalOrder;
  readonly #wasAnswered: Uint8Array;
  /** Sockets whose next requests are to be sent, and by socket: how many, and when they were due. */
  readonly #toSend = new Int32Array(TURN_EVENTS);
  readonly #answers: Uint16Array;
  readonly #answeredAt: Float64Array;
  #toSendCount = 0;

  constructor({ point, pacer }: Assignment, state: LoadState, { sockets, content, requests }: DatagramParts) {
    const { connections, pipelining } = point;
    this.state = state;
    this.sockets = sockets;
    this.requests = requests;
    this.isOpenLoop = pacer !== null;
    this.#content = content;
    this.#depth = pipelining;
    this.#order = new ArrivalOrder(connections);
    this.#wasAnswered = new Uint8Array(connections);
    this.#answers = new Uint16Array(connections);
    this.#answeredAt = new Float64Array(connections);
  }

  abstract ready(s: number): void;

  get jitterNanos(): number | null {
    return this.#order.jitterNanos;
  }
  get outstanding(): number {
    return this.requests.outstanding.total;
  }
  get neverAnswered(): number {
    // At a rate every request is waited for: it times out soon, whether or not its socket ever received a reply.
    if (this.#isPaced) return 0;
    let requests = 0;
    for (let s = 0; s < this.sockets.count; s++)
      if (this.#wasAnswered[s] === 0) requests += this.requests.outstanding.pending(s);
    return requests;
  }
  get needsSweep(): boolean {
    return this.#needsFilling || (!this.state.flowing && !this.state.draining);
  }

  open(s: number): void {
    this.sockets.open(
      s,
      EPOLLIN,
      this.isOpenLoop ? OPEN_RECEIVE_BUFFER : this.#depth * (this.#content.longestReply + 1024),
    );
    this.#sendFirst(s, nowNanos());
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
      this.requests.expire(s, isNew ? firstDeadline : deadline, now);
      const silent = isNew && this.requests.outstanding.pending(s) === 0 && this.sockets.isOpen(s);
      if (silent && !paced && !this.state.draining) this.#sendFirst(s, now);
    }
    if (!this.#needsFilling || !this.state.flowing) return;
    this.requests.freed = false;
    for (let s = 0; s < this.sockets.count; s++) this.resume(s);
  }

  startMeasuring(): void {
    this.sockets.startMeasuring();
    this.#order.reset();
  }

  abandon(now: number): void {
    for (let s = 0; s < this.sockets.count; s++) this.requests.expire(s, Number.POSITIVE_INFINITY, now);
  }

  close(): void {
    this.sockets.close();
    this.#content.free();
  }

  /** True once the load runs at a rate. Before, each socket sends one request to be answered, as in a closed loop. */
  get #isPaced(): boolean {
    return this.state.demand instanceof OpenDemand;
  }

  /** In a closed loop, true when the next sweep must fill sockets that have room. */
  get #needsFilling(): boolean {
    return this.requests.freed && !this.isOpenLoop;
  }

  /**
   * Sends a socket's first request while sockets are opened. If the kernel does not take it, the next sweep makes it
   * again.
   */
  #sendFirst(s: number, now: number): void {
    this.requests.prepare(0, s, now);
    this.requests.send(s, 1, now);
  }

  /** Sends one request at a rate. */
  #sendDue(s: number, dueNanos: number): void {
    this.requests.prepare(0, s, dueNanos);
    if (this.requests.send(s, 1, dueNanos) === 1) return;
    this.state.droppedOn(s, this.requests.refusal);
    // As far as the load is concerned, the arrival was on time.
    this.state.arrivals?.sent(nowNanos(), true);
  }

  /** At a rate, a socket can always take a request: offers it until no arrival waits, once for each. */
  #offer(s: number): void {
    const { demand } = this.state;
    for (let due = demand.next(s, 0, 1); due >= 0; due = demand.next(s, 0, 1)) this.#sendDue(s, due);
  }

  /** Closed loop: makes as many requests as a socket has room for. */
  #fill(s: number): void {
    const room = this.#depth - this.requests.outstanding.pending(s);
    if (room > 0) this.#ask(s, nowNanos(), room);
  }

  /** Asks the demand for up to `count` requests for a socket with room, and sends those it gives. */
  #ask(s: number, now: number, count: number): void {
    const { demand } = this.state;
    const room = this.#depth - this.requests.outstanding.pending(s);
    let requests = 0;
    for (let i = Math.min(count, room); i > 0; i--) {
      const due = demand.next(s, now, room - requests);
      if (due >= 0) this.requests.prepare(requests++, s, due);
    }
    if (requests === 0) return;
    const taken = this.requests.send(s, requests, now);
    if (taken === requests) return;
    for (let i = taken; i < requests; i++) demand.takeBack();
    this.requests.freed = true;
  }

  /** Makes the requests follow that may be sent after `answers` answers on a socket. */
  protected askSoon(s: number, answers: number, now: number): void {
    this.#answers[s] = answers;
    this.#answeredAt[s] = now;
    this.#toSend[this.#toSendCount++] = s;
  }

  /**
   * Handles a datagram.
   * @param arrivedNanos when the kernel received it; 0 when not known.
   * @returns whether it answered a request.
   */
  protected take(
    s: number,
    data: NativeMemory,
    at: number,
    length: number,
    arrivedNanos: number,
    now: number,
  ): boolean {
    const content = this.#content;
    const { state } = this;
    const { outstanding } = this.requests;
    const finding = content.read(s, data, at, length);
    if (finding !== ANSWER && finding !== REFUSAL) return this.#corrupted(s, data, at, length, finding === DAMAGED);
    const { sequence } = content;
    const place = outstanding.reply(s, sequence);
    if (place >= 0) {
      this.#answered(s);
      this.#arrived(s, sequence, place, arrivedNanos, now);
      if (finding === REFUSAL) {
        state.failed(s);
        return true;
      }
      state.counts.bytes += length;
      state.completed(s, outstanding.due(place), now);
      return true;
    }
    if (place === LATE) {
      this.#answered(s);
      state.counts.late++;
    } else if (place === DUPLICATE) state.counts.duplicated++;
    else state.counts.unsolicited++;
    return false;
  }

  /** Records when a correct reply arrived, and in what order. @param place of its request. */
  #arrived(s: number, sequence: number, place: number, arrivedNanos: number, now: number): void {
    const { outstanding } = this.requests;
    const arrived = arrivedNanos > 0 ? arrivedNanos : now;
    const sent = outstanding.sent(place);
    if (arrivedNanos > 0) this.state.served(s, outstanding.ready(place), sent, arrived, now);
    if (this.#order.came(s, sequence, sent, arrived)) this.state.counts.reordered++;
  }

  #answered(s: number): void {
    if (this.#wasAnswered[s] === 1) return;
    this.#wasAnswered[s] = 1;
    this.answered++;
  }

  /**
   * Handles a damaged reply: it ends the request it names, or the oldest one when the damage hides which.
   * @param named whether it names a request: {@link DatagramContent.sequence}.
   */
  #corrupted(s: number, data: NativeMemory, at: number, length: number, named: boolean): boolean {
    const content = this.#content;
    const { outstanding } = this.requests;
    if (!named || outstanding.reply(s, content.sequence) < 0) {
      // A valid header names a request that has already ended: the reply is a duplicate or late.
      if (content.isOwn(s, data, at, length) || outstanding.pending(s) === 0) {
        this.state.counts.unsolicited++;
        return false;
      }
      outstanding.takeOldest(s);
    }
    this.#answered(s);
    this.state.corrupted(s);
    return true;
  }
}
