import { EAGAIN, ENOBUFS, EPROTO } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { send } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Channel } from '../channels/channel.ts';
import { type ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { ExpectedReplies } from './expected-replies.ts';
import { HeldBytes } from './held-bytes.ts';
import { Outbox } from './outbox.ts';

/**
 * Edge-triggered: the next epoll_wait(2) polls a level-triggered socket once more after it was read, which cost 3 % of
 * all CPU time. In return, a read must continue until the socket is empty.
 */
const READING = EPOLLIN | EPOLLRDHUP | EPOLLET;
export const WRITING = READING | EPOLLOUT;

/** Maximum number of bytes that a connection may hold: more are only due to a server that sends and never reads. */
const MAX_HELD_BYTES = 1 << 20;

/** How requests are sent. */
export interface SendOptions {
  /** Maximum number in flight on a connection. */
  readonly depth: number;
  /** True when each request was reported as sent when its connection was opened. */
  readonly sentOnOpening: boolean;
  /** Receives each request, when replies can be expected in the order of requests. */
  readonly expected?: ExpectedReplies | undefined;
  /** Encrypts what is sent. */
  readonly channel?: Channel | undefined;
}

/** Sends the requests that a table of connections holds, and messages out of turn, as fast as the kernel takes them. */
export class StreamSender {
  /** Messages out of turn are written here, one at a time, and sent by {@link sendAside}. */
  readonly aside: NativeMemory;
  readonly #state: LoadState;
  readonly #table: ConnectionTable;
  readonly #epoll: Epoll;
  readonly #outbox: Outbox;
  readonly #held = new HeldBytes();
  readonly #expected: ExpectedReplies | undefined;
  readonly #channel: Channel | undefined;
  readonly #reportsSent: boolean;

  constructor(
    state: LoadState,
    table: ConnectionTable,
    epoll: Epoll,
    protocol: ClientProtocol,
    { depth, sentOnOpening, expected, channel }: SendOptions,
  ) {
    this.#outbox = new Outbox(protocol, depth);
    this.aside = new NativeMemory(protocol.longestRequest);
    this.#state = state;
    this.#table = table;
    this.#epoll = epoll;
    this.#expected = expected;
    this.#channel = channel;
    this.#reportsSent = state.timed && !sentOnOpening;
  }

  /** Handles a connection that is established: from now on epoll watches it for replies only. */
  established(c: number): void {
    this.#epoll.modify(this.#table.fd(c), READING, c);
  }

  /**
   * Hands over as many of a connection's unsent requests as the kernel takes. If that is not all, epoll watches for
   * room.
   * @returns 0, or the errno that broke the connection.
   */
  flush(c: number): number {
    const table = this.#table;
    if (this.#held.count > 0 && this.#held.has(c)) {
      const errno = this.#sendHeld(c);
      if (errno !== 0) return errno === EAGAIN ? 0 : errno;
    }
    // While the greeting is not complete, requests wait.
    while (table.unsent(c) > 0 && table.phase(c) === OPEN) {
      const errno = this.#sendNext(c);
      if (errno === EAGAIN) {
        this.#watchForRoom(c, 1);
        return 0;
      }
      if (errno !== 0) return errno;
    }
    if (table.writing(c) === 1) this.#watchForRoom(c, 0);
    return 0;
  }

  /**
   * Sends the first `length` bytes of {@link aside}, after what is being sent.
   * @returns 0, or the errno that broke the connection.
   */
  sendAside(c: number, length: number): number {
    // Within a request nothing else may be sent: its rest goes first.
    if (this.#table.sentBytes(c) > 0) this.#holdRest(c);
    const channel = this.#channel;
    if (channel === undefined) return this.sendBytes(c, this.aside, 0, length);
    const sealed = channel.seal(c, this.aside, 0, length);
    return this.sendBytes(c, channel.outbox, channel.outAt, sealed);
  }

  /** Sends bytes as they are, after those that are held. @returns 0, or the errno that broke the connection. */
  sendBytes(c: number, memory: NativeMemory, at: number, length: number): number {
    if (this.#held.append(c, memory.bytes.subarray(at, at + length)) > MAX_HELD_BYTES + memory.size) return ENOBUFS;
    const errno = this.#sendHeld(c);
    return errno === EAGAIN ? 0 : errno;
  }

  /** Discards what is held of a connection that was closed. */
  closed(c: number): void {
    if (this.#held.count > 0) this.#held.take(c);
  }

  free(): void {
    this.#outbox.memory.free();
    this.aside.free();
  }

  /**
   * Calls send(2) once. @returns 0 when the kernel took all, EAGAIN when not, or the errno that broke the connection.
   */
  #sendNext(c: number): number {
    const table = this.#table;
    const outbox = this.#outbox;
    const first = table.sending(c);
    const from = table.sentBytes(c);
    const requests = outbox.fill(c, first, table.unsent(c), from > 0);
    if (this.#channel !== undefined) return this.#sendSealed(c, first, requests, this.#channel);
    const length = outbox.bytesOf(requests) - from;
    if (this.#state.timed) this.#stamp(c, first, requests, from);
    const sent = send(table.fd(c), outbox.memory, from, length);
    // A resource shortage counts as an error of the connection: waiting for its end would hide it in response times.
    if (sent < 0) return streamRetry(sent, 'send') === 'now' ? EAGAIN : -sent;
    const whole = sent === length ? requests : outbox.completeWithin(from + sent, requests);
    table.advanceSending(c, whole);
    table.setSentBytes(c, sent === length ? 0 : from + sent - outbox.bytesOf(whole));
    if (this.#reportsSent) this.#reportSent(c, first, whole);
    if (this.#expected !== undefined && whole === 1) this.#expected.push(c, first);
    return sent < length ? EAGAIN : 0;
  }

  /**
   * Sends requests through the channel. What it made of them cannot be made again, so what the kernel does not take is
   * held. Requests whose record the kernel took nothing of are not sent yet.
   */
  #sendSealed(c: number, first: number, requests: number, channel: Channel): number {
    const own = this.#outbox;
    const length = channel.seal(c, own.memory, 0, own.bytesOf(requests));
    if (this.#state.timed) this.#stamp(c, first, requests, 0);
    const { outbox, outAt } = channel;
    const sent = length === 0 ? -EPROTO : send(this.#table.fd(c), outbox, outAt, length);
    if (sent === length) {
      this.#begun(c, requests);
      return 0;
    }
    if (sent < 0 && (length === 0 || streamRetry(sent, 'send') !== 'now')) return -sent;
    const taken = Math.max(0, sent);
    const starts = Array.from({ length: requests }, (_, i) => channel.recordAt(own.bytesOf(i)) - taken);
    const unsent = this.#beginUpTo(c, 0, starts);
    this.#held.append(c, outbox.bytes.subarray(outAt + taken, outAt + length), unsent);
    return EAGAIN;
  }

  /** Records that requests of which the kernel has taken a part are sent. @returns where the others begin. */
  #beginUpTo(c: number, taken: number, starts: readonly number[]): readonly number[] {
    const unsent = starts.filter((start) => start >= taken);
    this.#begun(c, starts.length - unsent.length);
    return unsent;
  }

  /** Records that a connection's next requests were handed over, at least in part. */
  #begun(c: number, requests: number): void {
    const first = this.#table.sending(c);
    this.#table.advanceSending(c, requests);
    if (this.#reportsSent) this.#reportSent(c, first, requests);
    if (this.#expected !== undefined && requests === 1) this.#expected.push(c, first);
  }

  /** Holds the rest of the request that is being sent. It counts as sent. */
  #holdRest(c: number): void {
    const table = this.#table;
    const outbox = this.#outbox;
    const first = table.sending(c);
    const from = table.sentBytes(c);
    outbox.fill(c, first, 1, true);
    this.#held.append(c, outbox.memory.bytes.subarray(from, outbox.bytesOf(1)));
    table.advanceSending(c, 1);
    table.setSentBytes(c, 0);
    if (this.#reportsSent) this.#reportSent(c, first, 1);
  }

  /** @returns 0 when nothing is held any more, EAGAIN when the kernel did not take all, or another errno. */
  #sendHeld(c: number): number {
    const { bytes, starts } = this.#held.take(c);
    let unsent = starts;
    for (let at = 0; at < bytes.length; ) {
      if (this.#state.timed) this.#stamp(c, this.#table.sending(c), unsent.length, 0);
      const length = Math.min(bytes.length - at, this.aside.size);
      this.aside.bytes.set(bytes.subarray(at, at + length));
      const sent = send(this.#table.fd(c), this.aside, 0, length);
      if (sent >= 0) {
        at += sent;
        unsent = this.#beginUpTo(c, at, unsent);
        continue;
      }
      if (streamRetry(sent, 'send') !== 'now') return -sent;
      const rest = unsent.map((start) => start - at);
      this.#held.append(c, bytes.subarray(at), rest);
      this.#watchForRoom(c, 1);
      return EAGAIN;
    }
    return 0;
  }

  /** Records when requests are handed over: before the call, because the server may have answered when it returns. */
  #stamp(c: number, first: number, requests: number, from: number): void {
    const now = nowNanos();
    // A request that was sent in part keeps its earlier time.
    for (let i = from > 0 ? 1 : 0; i < requests; i++) this.#table.markSent(c, (first + i) | 0, now);
  }

  #reportSent(c: number, first: number, requests: number): void {
    const table = this.#table;
    for (let i = 0; i < requests; i++) {
      const sequence = (first + i) | 0;
      this.#state.sent(table.due(c, sequence), table.ready(c, sequence), table.sent(c, sequence));
    }
  }

  #watchForRoom(c: number, wanted: 0 | 1): void {
    if (this.#table.writing(c) === wanted) return;
    this.#table.setWriting(c, wanted);
    this.#epoll.modify(this.#table.fd(c), wanted ? WRITING : READING, c);
  }
}
