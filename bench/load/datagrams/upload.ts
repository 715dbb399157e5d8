import { EAGAIN } from '../../../sockets/errors/errno.ts';
import { datagramRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, EPOLLOUT, type Epoll } from '../../../sockets/polling/epoll.ts';
import { MSG_DONTWAIT, recv } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { isFixedSize } from '../../model/message-sizes.ts';
import { closedDemand, OpenDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { Workload } from '../workload.ts';
import { EchoDatagrams } from './echo-datagrams.ts';
import { causeOfRefusal, DatagramSockets } from './sockets.ts';

/** Maximum number of datagrams that one turn sends on a socket: as many as one UDP_SEGMENT send can carry. */
const BURST = 64;

/**
 * One-way datagrams, at a rate or as fast as the kernel takes them. Each carries its sequence number; no replies are
 * expected.
 */
export class DatagramUpload implements Workload {
  answered = 0;
  readonly sockets: DatagramSockets;
  readonly outstanding = 0;
  readonly needsSweep = false;
  readonly #state: LoadState;
  readonly #content: EchoDatagrams;
  /** Maximum number of datagrams that one call sends. */
  readonly #batch: number;
  readonly #inbox = new NativeMemory(65_536);
  readonly #next: Int32Array;
  readonly #epoll: Epoll;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    this.#state = state;
    this.#epoll = epoll;
    const { sizes } = assignment.point;
    this.#batch = isFixedSize(sizes) ? BURST : 1;
    this.#content = new EchoDatagrams(sizes, this.#batch, assignment);
    this.sockets = new DatagramSockets(assignment, epoll, this.#content.fixedSize, false);
    this.#next = new Int32Array(this.sockets.count);
  }

  open(s: number): void {
    this.sockets.open(s, EPOLLIN, 0);
    this.answered++;
  }

  ready(s: number, events: number): void {
    if ((events & EPOLLIN) !== 0) this.#drop(s);
    if ((events & EPOLLOUT) !== 0 && this.#state.flowing) this.#burst(s);
  }

  readExpected(): number {
    return 0;
  }

  settle(): void {}

  resume(s: number): void {
    if (this.#state.demand instanceof OpenDemand) this.#offer(s);
    else this.#epoll.modify(this.sockets.fd(s), EPOLLIN | EPOLLOUT, s);
  }

  request(s: number, dueNanos: number): boolean {
    this.#sendDue(s, dueNanos);
    this.#offer(s);
    return true;
  }

  sweep(): void {}

  startMeasuring(): void {
    this.sockets.startMeasuring();
  }

  stopMeasuring(): void {
    for (let s = 0; s < this.sockets.count; s++) this.#epoll.modify(this.sockets.fd(s), EPOLLIN, s);
  }

  abandon(): void {}

  close(): void {
    this.sockets.close();
    this.#content.free();
    this.#inbox.free();
  }

  /** At a rate, a socket can always take a datagram: offers it until no arrival waits, once for each. */
  #offer(s: number): void {
    const { demand } = this.#state;
    for (let due = demand.next(s, 0, 1); due >= 0; due = demand.next(s, 0, 1)) this.#sendDue(s, due);
  }

  /** Sends one datagram at a rate. */
  #sendDue(s: number, dueNanos: number): void {
    const now = nowNanos();
    this.#write(0, s);
    const refusal = this.#send(s, 1);
    if (refusal === 0) {
      this.#state.sent(dueNanos, dueNanos, now);
      return;
    }
    this.#state.droppedOn(s, causeOfRefusal(refusal));
    // As far as the load is concerned, the arrival was on time.
    this.#state.arrivals?.sent(now, true);
  }

  /** Sends as many datagrams as one call carries and the demand allows. */
  #burst(s: number): void {
    const now = nowNanos();
    const { demand } = this.#state;
    let count = 0;
    while (count < Math.min(this.sockets.segments, this.#batch)) {
      if (demand !== closedDemand && demand.next(s, now, 1) < 0) break;
      this.#write(count++, s);
    }
    if (count === 0) {
      this.#epoll.modify(this.sockets.fd(s), EPOLLIN, s);
      return;
    }
    const refusal = this.#send(s, count);
    if (refusal === 0) return;
    // A full buffer only delays these datagrams: the demand takes them back. After other errors they are dropped.
    const cause = causeOfRefusal(refusal);
    for (let i = 0; i < count; i++) {
      if (cause === 'sendBuffer') demand.takeBack();
      else this.#state.droppedOn(s, cause);
    }
  }

  /** Writes the i-th of the datagrams to be sent next. */
  #write(i: number, s: number): void {
    this.#content.write(i, s, ((this.#next[s] as number) + i) | 0);
  }

  /**
   * Sends the first `count` datagrams of the outbox. @returns 0, or the errno for which the kernel did not take them.
   */
  #send(s: number, count: number): number {
    const { counts } = this.#state;
    const first = this.#next[s] as number;
    const length = count > 1 ? count * this.#content.fixedSize : this.#content.lengthAt(0);
    const sent = this.sockets.send(s, this.#content.outbox, 0, length);
    if (this.sockets.earlierErrno !== 0) this.#failed();
    if (sent < 0) return -sent;
    this.#next[s] = first + count;
    counts.sent += count;
    counts.completed += count;
    this.#state.moved(s, length);
    return 0;
  }

  /** Counts an ICMP error that the kernel reports: a datagram that it had taken did not arrive. */
  #failed(): void {
    const { counts } = this.#state;
    if (counts.completed === 0) return;
    counts.completed--;
    counts.errors++;
  }

  /** Discards a datagram that comes back: it answers nothing. */
  #drop(s: number): void {
    const length = recv(this.sockets.fd(s), this.#inbox, 0, this.#inbox.size, MSG_DONTWAIT);
    if (length >= 0) this.#state.counts.unsolicited++;
    else if (length !== -EAGAIN && datagramRetry(length, 'recv') === 'now') {
      this.sockets.lastErrno = -length;
      this.#failed();
    }
  }
}
