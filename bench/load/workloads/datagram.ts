import { DatagramBatch } from '../../../sockets/batch.ts';
import { EPOLLIN, type Epoll } from '../../../sockets/epoll.ts';
import { check, EAGAIN } from '../../../sockets/errno.ts';
import { close, connect, MSG_DONTWAIT, send, setOption, socket } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import { largestSize } from '../../model/message-sizes.ts';
import type { Assignment } from '../assignment.ts';
import { Outstanding } from '../outstanding.ts';
import { Payload } from '../payload.ts';
import { type LoadState, TURN_EVENTS, type Workload } from '../workload.ts';

/**
 * The most datagrams that one send(2) can carry by UDP_SEGMENT, udp(7): UDP_MAX_SEGMENTS of kernels before 6.9. The
 * kernel takes them through its stack as one packet and cuts that at the end.
 */
const MAX_SEGMENTS = 64;
/** Larger requests are sent one by one: a segment must fit the path's MTU, and Ethernet's leaves 1,472 bytes. */
const MAX_SEGMENT_BYTES = 1472;

/** A first request that is not answered in this time is sent again while sockets are being opened. */
const FIRST_RETRY_NANOS = 200e6;

/**
 * Requests and replies over UDP: every connected socket keeps up to `pipelining` datagrams in flight, received and
 * sent many at a time. Replies are matched by sequence number, so that one that is lost delays no other.
 */
export class DatagramWorkload implements Workload {
  opened = 0;
  answered = 0;
  lastErrno = 0;
  readonly #assignment: Assignment;
  readonly #state: LoadState;
  readonly #epoll: Epoll;
  readonly #size: number;
  readonly #depth: number;
  readonly #payload: Payload;
  readonly #batch: DatagramBatch;
  readonly #fd: Int32Array;
  readonly #wasAnswered: Uint8Array;
  readonly #outstanding: Outstanding;
  /** Sockets whose next requests are to be sent, how many, and when they were due. */
  readonly #owed = new Int32Array(TURN_EVENTS);
  readonly #answers: Uint16Array;
  readonly #answeredAt: Float64Array;
  #owing = 0;
  /** Requests that one send(2) carries at most. */
  #segments = MAX_SEGMENTS;
  /** Set when a socket has room for more requests than it holds: the next sweep fills it. */
  #thirsty = false;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { connections, sizes, pipelining } = assignment.point;
    const size = largestSize(sizes);
    this.#assignment = assignment;
    this.#state = state;
    this.#epoll = epoll;
    this.#size = size;
    this.#depth = pipelining;
    this.#payload = new Payload(size, pipelining);
    // A slot longer than a request, so that a reply that is too long shows.
    this.#batch = new DatagramBatch(pipelining, size + 8);
    this.#fd = new Int32Array(connections).fill(-1);
    this.#wasAnswered = new Uint8Array(connections);
    this.#outstanding = new Outstanding(connections, pipelining);
    this.#answers = new Uint16Array(connections);
    this.#answeredAt = new Float64Array(connections);
  }

  get outstanding(): number {
    return this.#outstanding.total;
  }

  get ailing(): boolean {
    return this.#thirsty || (!this.#state.flowing && !this.#state.draining);
  }

  open(s: number): void {
    const { address } = this.#assignment;
    const fd = check(socket('udp', address.host, false), 'socket');
    this.#fd[s] = fd;
    setOption(fd, 'SO_RCVBUF', Math.max(212_992, this.#depth * (this.#size + 1024)));
    check(connect(fd, address), 'connect');
    this.#epoll.add(fd, EPOLLIN, s);
    // Kernels before 4.18 refuse: then each request is sent by itself.
    if (this.#size > MAX_SEGMENT_BYTES || setOption(fd, 'UDP_SEGMENT', this.#size) < 0) this.#segments = 1;
    this.opened++;
    this.#prepare(0, s, nowNanos());
    this.#send(s, 1);
  }

  ready(s: number): void {
    const batch = this.#batch;
    const received = batch.receive(this.#fd[s] as number, MSG_DONTWAIT);
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
      const answers = this.#answers[s] as number;
      const answeredAt = this.#answeredAt[s] as number;
      this.#ask(s, answeredAt, answers);
    }
    this.#owing = 0;
  }

  fill(): void {
    this.#thirsty = false;
    const now = nowNanos();
    for (let s = 0; s < this.#fd.length; s++) {
      if (this.#wasAnswered[s] === 0) continue;
      const room = this.#depth - this.#outstanding.pending(s);
      if (room > 0) this.#ask(s, now, room);
    }
  }

  request(s: number, dueNanos: number): boolean {
    if (this.#wasAnswered[s] === 0 || this.#outstanding.pending(s) >= this.#depth) return false;
    this.#prepare(0, s, dueNanos);
    this.#send(s, 1);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let s = 0; s < this.#fd.length; s++) {
      while (this.#outstanding.pending(s) > 0) {
        const oldest = this.#outstanding.oldest(s);
        if (this.#outstanding.due(s, oldest) >= this.#patience(s, now, deadline)) break;
        this.#lose(s, oldest, now);
      }
      if (this.#wasAnswered[s] === 0 && this.#outstanding.pending(s) === 0 && !this.#state.draining) {
        this.#prepare(0, s, now);
        this.#send(s, 1);
      }
    }
    if (this.#thirsty && this.#state.flowing) this.fill();
  }

  abandon(now: number): void {
    for (let s = 0; s < this.#fd.length; s++) {
      while (this.#outstanding.pending(s) > 0) this.#lose(s, this.#outstanding.oldest(s), now);
    }
  }

  close(): void {
    for (const fd of this.#fd) if (fd >= 0) close(fd);
    this.#payload.free();
    this.#batch.free();
  }

  /** Requests due before this are given up. The very first on a socket is sent again sooner. */
  #patience(s: number, now: number, deadline: number): number {
    return this.#wasAnswered[s] === 0 ? Math.max(deadline, now - FIRST_RETRY_NANOS) : deadline;
  }

  /** Asks for `count` requests for a socket that has room for them, and sends those that there are. */
  #ask(s: number, now: number, count: number): void {
    let requests = 0;
    for (let i = 0; i < count; i++) {
      const due = this.#state.demand.next(s, now, this.#depth - this.#outstanding.pending(s));
      if (due >= 0) this.#prepare(requests++, s, due);
    }
    if (requests > 0) this.#send(s, requests);
  }

  /** Makes a new request, the i-th of those to be sent next. */
  #prepare(i: number, s: number, dueNanos: number): void {
    const sequence = this.#outstanding.push(s, dueNanos);
    this.#state.counts.sent++;
    this.#payload.address(i, this.#assignment.firstConnection + s, sequence);
  }

  /** Sends the first `count` requests of the outbox. */
  #send(s: number, count: number): void {
    let from = 0;
    let refusals = 0;
    while (from < count) {
      const some = Math.min(count - from, this.#segments);
      const sent = send(
        this.#fd[s] as number,
        this.#payload.outbox,
        from * this.#size,
        some * this.#size,
        MSG_DONTWAIT,
      );
      if (sent > 0) from += some;
      // An ICMP error of an earlier datagram is reported once, in place of sending; then sending works again.
      else if (sent === -EAGAIN || ++refusals > 1) break;
      else this.lastErrno = -sent;
    }
    for (; from < count; from++) {
      this.#outstanding.pop(s);
      this.#state.counts.sent--;
      this.#thirsty = true;
    }
  }

  /** Handles the datagram in slot i. @returns whether it answered a request. */
  #take(i: number, s: number, now: number): boolean {
    const { data, slotSize } = this.#batch;
    const at = i * slotSize;
    const sequence = data.int32[(at >> 2) + 1] as number;
    const connection = this.#assignment.firstConnection + s;
    const whole = this.#batch.receivedLength(i) === this.#size;
    if (!whole || !this.#payload.matches(data, at, 0, this.#size, connection, sequence)) return this.#corrupted(i, s);
    const due = this.#outstanding.due(s, sequence);
    const kind = this.#outstanding.reply(s, sequence);
    if (kind === 'answer') {
      this.#answered(s);
      this.#state.completed(s, due, now);
      return true;
    }
    if (kind === 'late') this.#state.counts.late++;
    else if (kind === 'duplicate') this.#state.counts.duplicated++;
    else this.#state.counts.unsolicited++;
    return false;
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
    this.#state.counts.corrupted++;
    return true;
  }

  #lose(s: number, sequence: number, now: number): void {
    this.#state.counts.timedOut++;
    this.#state.expired(this.#outstanding.due(s, sequence), now);
    this.#outstanding.lose(s, sequence);
    this.#thirsty = true;
  }

  /** The kernel reports an ICMP error, such as a port where nobody listens: it ends the oldest request. */
  #refused(s: number, errno: number): void {
    this.lastErrno = errno;
    if (this.#outstanding.pending(s) === 0) return;
    this.#outstanding.lose(s, this.#outstanding.oldest(s));
    this.#state.counts.errors++;
    this.#thirsty = true;
  }
}
