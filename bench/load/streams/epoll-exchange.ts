import { streamRetry } from '../../../sockets/errors/retry.ts';
import { EPOLLIN, EPOLLOUT, type Epoll } from '../../../sockets/polling/epoll.ts';
import type { Channel } from '../channels/channel.ts';
import { CONNECTING, GREETING, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import { TURN_EVENTS } from '../workload.ts';
import { Exchange } from './exchange.ts';
import { ExpectedReplies } from './expected-replies.ts';
import { Inbox } from './inbox.ts';
import { StreamSender } from './sender.ts';

/** Sizes of the memory that received bytes are read into. */
const SMALLEST_INBOX = 65_536;
const LARGEST_INBOX = 1 << 20;

/** Returns the maximum number of bytes that are read from a connection at once. */
export function inboxBytes({ point }: Assignment, { longestRequest }: ClientProtocol): number {
  return Math.min(Math.max(longestRequest * point.pipelining, SMALLEST_INBOX), LARGEST_INBOX);
}

/** Requests and replies over TCP by epoll(7): a call of its own for the requests of each connection, and for replies. */
export class EpollExchange extends Exchange {
  protected readonly aside: Uint8Array;
  protected readonly sender: StreamSender;
  protected readonly inbox: Inbox;
  /** Connections whose next requests are to be sent when everything that is ready has been read. */
  readonly #toSend = new Int32Array(3 * TURN_EVENTS);
  #toSendCount = 0;
  readonly #expected: ExpectedReplies;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol, channel?: Channel) {
    super(assignment, state, epoll, protocol);
    const { connections, pipelining } = assignment.point;
    this.inbox = new Inbox(inboxBytes(assignment, protocol), state.kernelClock);
    this.#expected = new ExpectedReplies(connections);
    this.sender = new StreamSender(state, this.table, epoll, protocol, {
      depth: pipelining,
      sentOnOpening: this.short,
      expected: pipelining === 1 && !this.short ? this.#expected : undefined,
      channel,
    });
    this.aside = this.sender.aside.bytes;
  }

  ready(c: number, events: number): void {
    const { table } = this;
    if (table.phase(c) === CONNECTING) this.connected(c, events);
    else if ((events & EPOLLOUT) !== 0) this.flush(c);
    if ((events & ~EPOLLOUT) === 0 || (table.phase(c) !== OPEN && table.phase(c) !== GREETING)) return;
    this.#read(c, (events & ~(EPOLLIN | EPOLLOUT)) !== 0);
    if (this.state.flowing) this.flushSoon(c);
  }

  readExpected(): number {
    const { table } = this;
    const expected = this.#expected;
    if (!this.state.flowing || !expected.worthGuessing()) return 0;
    let found = 0;
    while (found < TURN_EVENTS && !expected.empty) {
      const c = expected.connection();
      const sequence = expected.sequence();
      if (table.phase(c) === OPEN && table.oldest(c) === sequence) {
        this.#read(c, false);
        if (table.oldest(c) === sequence) break;
        this.flushSoon(c);
        found++;
      }
      expected.shift();
    }
    expected.learn(found);
    return found;
  }

  settle(): void {
    for (let i = 0; i < this.#toSendCount; i++) {
      const c = this.#toSend[i] as number;
      if (this.table.phase(c) === OPEN) this.flush(c);
    }
    this.#toSendCount = 0;
  }

  close(): void {
    for (let c = 0; c < this.table.count; c++) this.leave(c);
    this.sockets.closeAll();
    this.sender.free();
    this.inbox.free();
  }

  protected established(c: number): boolean {
    // One request is sent at once: epoll has nothing else to report that a short connection does not wait for.
    if (!this.short) this.sender.established(c);
    return true;
  }

  protected flush(c: number): void {
    const errno = this.sender.flush(c);
    if (errno !== 0) this.broken(c, errno);
  }

  protected flushSoon(c: number): void {
    this.#toSend[this.#toSendCount++] = c;
  }

  protected sendAside(c: number, length: number): number {
    return this.sender.sendAside(c, length);
  }

  protected disconnect(c: number): void {
    this.sender.closed(c);
    this.sockets.close(c);
  }

  /** Handles the first `length` bytes of the inbox. @returns whether the connection's socket may be read further. */
  protected received(c: number, length: number): boolean {
    return this.replies.read(c, this.inbox.memory.bytes, 0, length, this.inbox.arrivedNanos);
  }

  /**
   * Reads a connection. @param ending whether epoll reports an end or an error: the socket is then read until that
   * comes.
   */
  #read(c: number, ending: boolean): void {
    const { inbox } = this;
    const { memory } = inbox;
    for (;;) {
      const length = inbox.read(this.table.fd(c));
      if (length <= 0) {
        if (length === 0) this.ended(c, 0);
        else if (streamRetry(length, 'recv') !== 'now') this.ended(c, -length);
        return;
      }
      if (!this.received(c, length)) return;
      // A short read has emptied the socket, epoll(7).
      if (length < memory.size && !ending) return;
    }
  }
}
