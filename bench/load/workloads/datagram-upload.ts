import { EPOLLIN, EPOLLOUT, type Epoll } from '../../../sockets/epoll.ts';
import { EAGAIN } from '../../../sockets/errno.ts';
import { NativeMemory } from '../../../sockets/memory.ts';
import { MSG_DONTWAIT, recv, send } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Assignment } from '../assignment.ts';
import { closedDemand, OpenDemand } from '../demand.ts';
import type { LoadState } from '../load-state.ts';
import { MessageSize } from '../message-size.ts';
import { Payload } from '../payload.ts';
import type { Workload } from '../workload.ts';
import { DatagramSockets } from './datagram-sockets.ts';

/** Datagrams that one turn sends on a socket at most: what one UDP_SEGMENT can carry. */
const BURST = 64;

/** Datagrams one way: at a rate, or as fast as the kernel takes them. Each carries its number; nothing comes back. */
export class DatagramUpload implements Workload {
  answered = 0;
  readonly sockets: DatagramSockets;
  readonly outstanding = 0;
  readonly ailing = false;
  readonly #state: LoadState;
  readonly #firstConnection: number;
  readonly #size: MessageSize;
  readonly #payload: Payload;
  readonly #inbox = new NativeMemory(65_536);
  readonly #next: Int32Array;
  readonly #epoll: Epoll;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    this.#state = state;
    this.#epoll = epoll;
    this.#firstConnection = assignment.firstConnection;
    this.#size = new MessageSize(assignment.point.sizes, assignment.streamKey);
    this.#payload = new Payload(this.#size.largest, this.#size.fixed === 0 ? 1 : BURST, assignment.streamKey);
    this.sockets = new DatagramSockets(assignment, epoll, this.#size.fixed, false);
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
    // With a rate, a socket is free at all times: it says so once for each arrival that it takes.
    if (this.#state.demand instanceof OpenDemand) this.#state.demand.next(s, nowNanos(), 1);
    else this.#epoll.modify(this.sockets.fd(s), EPOLLIN | EPOLLOUT, s);
  }

  request(s: number, dueNanos: number): boolean {
    const now = nowNanos();
    if (this.#state.timed) this.#state.sent(dueNanos, dueNanos, now);
    this.#write(0, s);
    this.#send(s, 1);
    this.#state.demand.next(s, now, 1);
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
    this.#payload.free();
    this.#inbox.free();
  }

  /** As many datagrams as one call carries, and as there is demand for. */
  #burst(s: number): void {
    const now = nowNanos();
    const { demand } = this.#state;
    let count = 0;
    while (count < Math.min(this.sockets.segments, this.#payload.capacity)) {
      if (demand !== closedDemand && demand.next(s, now, 1) < 0) break;
      this.#write(count++, s);
    }
    if (count > 0) this.#send(s, count);
    else this.#epoll.modify(this.sockets.fd(s), EPOLLIN, s);
  }

  #write(i: number, s: number): void {
    const sequence = this.#next[s] as number;
    this.#next[s] = sequence + 1;
    this.#payload.address(i, this.#firstConnection + s, sequence);
  }

  #send(s: number, count: number): void {
    const { counts } = this.#state;
    const last = ((this.#next[s] as number) - 1) | 0;
    const length = count > 1 ? count * this.#size.fixed : this.#size.of(this.#firstConnection + s, last);
    const sent = send(this.sockets.fd(s), this.#payload.outbox, 0, length, MSG_DONTWAIT);
    counts.sent += count;
    if (sent === length) {
      this.#state.moved(s, length);
      counts.completed += count;
      return;
    }
    // The kernel had no room, or an ICMP error of an earlier datagram was waiting.
    counts.errors += count;
    if (sent !== -EAGAIN) this.sockets.lastErrno = -sent;
  }

  /** What comes back answers nothing. */
  #drop(s: number): void {
    const length = recv(this.sockets.fd(s), this.#inbox, 0, this.#inbox.size, MSG_DONTWAIT);
    if (length >= 0) this.#state.counts.unsolicited++;
    else if (length !== -EAGAIN) this.sockets.lastErrno = -length;
  }
}
