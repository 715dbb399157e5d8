import { EPOLLET, EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/epoll.ts';
import { EAGAIN } from '../../../sockets/errno.ts';
import { send } from '../../../sockets/socket.ts';
import type { ConnectionTable } from '../connection-table.ts';
import type { ExpectedReplies } from '../expected-replies.ts';
import { Payload } from '../payload.ts';

/**
 * Edge-triggered: a level-triggered socket is polled once more by the next epoll_wait(2) after it was read, which
 * cost 3 % of all CPU time. The price: a read must go on until the socket is empty.
 */
export const READING = EPOLLIN | EPOLLRDHUP | EPOLLET;
export const WRITING = READING | EPOLLOUT;

/** Requests that one send(2) may carry at most, in bytes. */
const OUTBOX_BYTES = 65_536;

/** Sends the requests that a table of connections holds, as fast as the kernel takes them. */
export class StreamSender {
  readonly payload: Payload;
  readonly #table: ConnectionTable;
  readonly #epoll: Epoll;
  readonly #expected: ExpectedReplies;
  readonly #firstConnection: number;
  readonly #size: number;
  readonly #depth: number;

  /**
   * @param request its bytes, how many a connection may have in flight, and the number of the table's first connection among those of all threads: it marks requests.
   */
  constructor(
    table: ConnectionTable,
    epoll: Epoll,
    expected: ExpectedReplies,
    request: { readonly size: number; readonly depth: number; readonly firstConnection: number },
  ) {
    const { size, depth, firstConnection } = request;
    this.payload = new Payload(size, Math.max(1, Math.min(depth, Math.floor(OUTBOX_BYTES / size))));
    this.#table = table;
    this.#epoll = epoll;
    this.#expected = expected;
    this.#firstConnection = firstConnection;
    this.#size = size;
    this.#depth = depth;
  }

  /**
   * Hands over as much as the kernel takes of a connection's requests that wait to be sent, and lets epoll watch for
   * room when that is not all.
   * @returns 0, or the errno that broke the connection.
   */
  flush(c: number): number {
    const table = this.#table;
    const size = this.#size;
    for (;;) {
      const waiting = table.unsent(c);
      if (waiting === 0) break;
      const first = table.sending(c);
      const messages = Math.min(waiting, this.payload.capacity);
      const connection = this.#firstConnection + c;
      for (let i = 0; i < messages; i++) this.payload.address(i, connection, (first + i) | 0);
      const from = table.sentBytes(c);
      const length = messages * size - from;
      const sent = send(table.fd(c), this.payload.outbox, from, length);
      if (sent === length && messages === 1) {
        // Nearly always: one request, taken whole.
        table.advanceSending(c, 1);
        table.setSentBytes(c, 0);
        if (this.#depth === 1) this.#expected.push(c, first);
        continue;
      }
      if (sent < 0 && sent !== -EAGAIN) return -sent;
      const done = from + Math.max(sent, 0);
      const whole = Math.floor(done / size);
      table.advanceSending(c, whole);
      table.setSentBytes(c, done - whole * size);
      if (sent < length) {
        this.#watchForRoom(c, 1);
        return 0;
      }
    }
    if (table.writing(c) === 1) this.#watchForRoom(c, 0);
    return 0;
  }

  #watchForRoom(c: number, wanted: 0 | 1): void {
    if (this.#table.writing(c) === wanted) return;
    this.#table.setWriting(c, wanted);
    this.#epoll.modify(this.#table.fd(c), wanted ? WRITING : READING, c);
  }
}
