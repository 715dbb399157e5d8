import { ECONNRESET } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, EPOLLOUT, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { recv, send, unacknowledged } from '../../../sockets/socket.ts';
import { OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Assignment } from '../threads/assignment.ts';
import { ENDING, OneWayStream } from './one-way.ts';

/** Bytes that one send(2) hands to the kernel: more gains nothing (bench/lab/reference/blast.c writes as much). */
const CHUNK_BYTES = 256 * 1024;
/** Maximum number of writes per connection and turn, so that others get their turn. */
const CHUNKS_A_TURN = 4;

/** Every connection sends as much as the server takes. Bytes count when the server's kernel has acknowledged them. */
export class Upload extends OneWayStream {
  readonly #chunk = new NativeMemory(CHUNK_BYTES);
  readonly #inbox = new NativeMemory(65_536);

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    super(assignment, state, epoll);
    for (let i = 0; i < CHUNK_BYTES; i++) this.#chunk.bytes[i] = 97 + (i % 26);
  }

  protected interest(c: number): number {
    this.serve(c);
    return EPOLLIN | EPOLLRDHUP | (this.state.flowing ? EPOLLOUT : 0);
  }

  protected move(c: number, events: number): number {
    const fd = this.table.fd(c);
    if ((events & (EPOLLIN | ENDING)) !== 0) {
      const length = recv(fd, this.#inbox, 0, this.#inbox.size);
      if (length === 0) return ECONNRESET;
      if (length < 0 && streamRetry(length, 'recv') !== 'now') return -length;
      // Unrequested, but left unread it would keep the server from reading.
      if (length > 0) this.state.counts.unsolicited++;
    }
    if ((events & EPOLLOUT) === 0 || !this.state.flowing) return 0;
    for (let i = 0; i < CHUNKS_A_TURN; i++) {
      const sent = send(fd, this.#chunk, 0, CHUNK_BYTES);
      if (sent < 0) return streamRetry(sent, 'send') === 'now' ? 0 : -sent;
      this.state.moved(c, sent);
      if (sent < CHUNK_BYTES) return 0;
    }
    return 0;
  }

  /** Counts bytes that are in flight: they were sent before, but arrive while measuring. */
  startMeasuring(): void {
    this.#underWay(1);
  }

  override stopMeasuring(): void {
    this.#underWay(-1);
    super.stopMeasuring();
  }

  override close(): void {
    super.close();
    this.#chunk.free();
    this.#inbox.free();
  }

  #underWay(sign: 1 | -1): void {
    for (let c = 0; c < this.table.count; c++) {
      if (this.table.phase(c) === OPEN) this.state.moved(c, sign * unacknowledged(this.table.fd(c)));
    }
  }
}
