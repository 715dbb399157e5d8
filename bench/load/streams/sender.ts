import type { StreamKey } from '../../../servers/random/streams.ts';
import { EAGAIN } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { send } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { ConnectionTable } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { MessageSize } from '../messages/message-size.ts';
import { Payload } from '../messages/payload.ts';
import type { ExpectedReplies } from './expected-replies.ts';

/**
 * Edge-triggered: the next epoll_wait(2) polls a level-triggered socket once more after it was read, which cost 3 % of
 * all CPU time. In return, a read must continue until the socket is empty.
 */
const READING = EPOLLIN | EPOLLRDHUP | EPOLLET;
export const WRITING = READING | EPOLLOUT;

/** Maximum bytes of requests that one send(2) may carry. */
const OUTBOX_BYTES = 65_536;

/** Properties of requests. */
export interface RequestShape {
  readonly size: MessageSize;
  /** Maximum number in flight on a connection. */
  readonly depth: number;
  /** Number of the table's first connection among those of all threads. It identifies requests. */
  readonly firstConnection: number;
  /** Determines the bytes of requests. */
  readonly streamKey: StreamKey;
  /** True when each request was reported as sent when its connection was opened. */
  readonly sentOnOpening: boolean;
}

/** Sends the requests that a table of connections holds, as fast as the kernel takes them. */
export class StreamSender {
  readonly payload: Payload;
  readonly #state: LoadState;
  readonly #table: ConnectionTable;
  readonly #epoll: Epoll;
  /** Receives each request, when replies can be expected in the order of requests. */
  readonly #expected: ExpectedReplies | undefined;
  readonly #firstConnection: number;
  readonly #size: MessageSize;
  readonly #reportsSent: boolean;

  constructor(
    state: LoadState,
    table: ConnectionTable,
    epoll: Epoll,
    expected: ExpectedReplies | undefined,
    { size, depth, firstConnection, streamKey, sentOnOpening }: RequestShape,
  ) {
    // Only requests of one size lie side by side, so that one call can send several.
    const messages = size.fixed === 0 ? 1 : Math.max(1, Math.min(depth, Math.floor(OUTBOX_BYTES / size.fixed)));
    this.payload = new Payload(size.largest, messages, streamKey);
    this.#state = state;
    this.#table = table;
    this.#epoll = epoll;
    this.#expected = expected;
    this.#firstConnection = firstConnection;
    this.#size = size;
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
    while (table.unsent(c) > 0) {
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
   * Calls send(2) once. @returns 0 when the kernel took all, EAGAIN when not, or the errno that broke the connection.
   */
  #sendNext(c: number): number {
    const table = this.#table;
    const first = table.sending(c);
    const messages = Math.min(table.unsent(c), this.payload.capacity);
    const connection = this.#firstConnection + c;
    const size = this.#size.of(connection, first);
    for (let i = 0; i < messages; i++) this.payload.address(i, connection, (first + i) | 0);
    const from = table.sentBytes(c);
    const length = messages * size - from;
    if (this.#state.timed) this.#stamp(c, first, messages, from);
    const sent = send(table.fd(c), this.payload.outbox, from, length);
    // A resource shortage counts as an error of the connection: waiting for its end would hide it in response times.
    if (sent < 0) return streamRetry(sent, 'send') === 'now' ? EAGAIN : -sent;
    const done = from + sent;
    // Nearly always one request, taken as a whole: a division would cost more than the test.
    const whole = done === size ? 1 : Math.floor(done / size);
    table.advanceSending(c, whole);
    table.setSentBytes(c, done - whole * size);
    if (this.#reportsSent) this.#reportSent(c, first, whole);
    if (this.#expected !== undefined && whole === 1) this.#expected.push(c, first);
    return sent < length ? EAGAIN : 0;
  }

  /** Records when requests are handed over: before the call, because the server may have answered when it returns. */
  #stamp(c: number, first: number, messages: number, from: number): void {
    const now = nowNanos();
    // A request that was sent in part keeps its earlier time.
    for (let i = from > 0 ? 1 : 0; i < messages; i++) this.#table.markSent(c, (first + i) | 0, now);
  }

  #reportSent(c: number, first: number, messages: number): void {
    const table = this.#table;
    for (let i = 0; i < messages; i++) {
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
