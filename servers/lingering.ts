import { SHUT_RDWR, shutdown } from '../sockets/socket.ts';

/**
 * How long a conversation that the app has ended stays open for the peer's FIN, in milliseconds; what comes meanwhile is
 * thrown away. Closed with bytes unread, or before the peer's last bytes, a socket sends RST (RFC 2525, section 2.17),
 * and the peer may lose a reply that it hasn't read yet. HTTP servers do the same, and call it a lingering close.
 */
export const LINGER_MS = 1000;

/** Connections of a loop that linger. All have the same time, so that they end in the order in which they came. */
export class Lingering {
  /** When each descriptor's time is over, on the clock of performance.now(); the first to end comes first. */
  readonly #deadlines = new Map<number, number>();

  get size(): number {
    return this.#deadlines.size;
  }

  /** A connection lingers; to say so again changes nothing. */
  add(fd: number): void {
    if (!this.#deadlines.has(fd)) this.#deadlines.set(fd, performance.now() + LINGER_MS);
  }

  /** A connection is closed, whether it lingered or not. */
  delete(fd: number): void {
    this.#deadlines.delete(fd);
  }

  /**
   * Shuts down connections whose time is over: the loop finds them ready, at their end, and closes them.
   * @returns milliseconds until the next one's time is over, or -1 when none is left.
   */
  expire(): number {
    for (const [fd, deadline] of this.#deadlines) {
      const left = deadline - performance.now();
      if (left > 0) return Math.ceil(left);
      shutdown(fd, SHUT_RDWR);
      this.#deadlines.delete(fd);
    }
    return -1;
  }
}
