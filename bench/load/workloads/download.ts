import { EPOLLIN, EPOLLRDHUP, type Epoll } from '../../../sockets/epoll.ts';
import { ECONNRESET } from '../../../sockets/errno.ts';
import { NativeMemory } from '../../../sockets/memory.ts';
import { streamRetry } from '../../../sockets/retry.ts';
import { recv } from '../../../sockets/socket.ts';
import type { Assignment } from '../assignment.ts';
import type { LoadState } from '../load-state.ts';
import { OneWayStream } from './one-way-stream.ts';

/** Taken from the kernel at once. */
const CHUNK_BYTES = 256 * 1024;
/** Then others have their turn. */
const CHUNKS_A_TURN = 8;

/** Every connection takes what the server sends, as fast as it can. */
export class Download extends OneWayStream {
  readonly #inbox = new NativeMemory(CHUNK_BYTES);

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    super(assignment, state, epoll);
  }

  protected interest(c: number): number {
    // A connection that has shown that it is served waits, unread, for the word to go.
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
