import { ECONNRESET } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, EPOLLRDHUP, type Epoll } from '../../../sockets/polling/epoll.ts';
import { recv } from '../../../sockets/socket.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Assignment } from '../threads/assignment.ts';
import { OneWayStream } from './one-way.ts';

/** Maximum bytes that one recv(2) takes. */
const CHUNK_BYTES = 256 * 1024;
/** Maximum number of reads per connection and turn, so that others get their turn. */
const CHUNKS_A_TURN = 8;

/** Every connection receives what the server sends, as fast as it can. */
export class Download extends OneWayStream {
  readonly #inbox = new NativeMemory(CHUNK_BYTES);

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    super(assignment, state, epoll);
  }

  protected interest(c: number): number {
    // A connection that has proved that it is served is not read until the start signal.
    return this.state.flowing || !this.table.served(c) ? EPOLLIN | EPOLLRDHUP : 0;
  }

  protected move(c: number): number {
    for (let i = 0; i < CHUNKS_A_TURN; i++) {
      const length = recv(this.table.fd(c), this.#inbox, 0, CHUNK_BYTES);
      if (length === 0) return ECONNRESET;
      if (length < 0) return streamRetry(length, 'recv') === 'now' ? 0 : -length;
      this.state.moved(c, length);
      this.serve(c);
      if (!this.state.flowing) {
        this.watch(c);
        return 0;
      }
      if (length < CHUNK_BYTES) return 0;
    }
    return 0;
  }

  override close(): void {
    super.close();
    this.#inbox.free();
  }
}
