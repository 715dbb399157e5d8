import { SHUT_RDWR, shutdown } from '../../sockets/socket.ts';

/**
 * How long a conversation that the app has ended waits for the peer's FIN, in milliseconds; input is discarded
 * meanwhile. If a socket is closed with unread input, or before the peer's last bytes, it sends RST (RFC 2525, section
 * 2.17), and the peer may lose a reply that it has not read yet. HTTP servers call this a lingering close.
 */
export const LINGER_MS = 1000;

/** The lingering connections of a loop. All have the same time limit, so they expire in order of arrival. */
export class Lingering {
  /** Deadline of each descriptor, by performance.now(), in order of expiry. */
  readonly #deadlines = new Map<number, number>();

  get size(): number {
    return this.#deadlines.size;
  }

  /** Starts the time limit of a connection. Repeated calls change nothing. */
  add(fd: number): void {
    if (!this.#deadlines.has(fd)) this.#deadlines.set(fd, performance.now() + LINGER_MS);
  }

  /** Removes a connection that was closed, if it lingered. */
  delete(fd: number): void {
    this.#deadlines.delete(fd);
  }

  /**
   * Shuts down connections whose time is over. The loop then finds them ready, at end of file, and closes them.
   * @returns milliseconds until the next one expires, or -1 when none is left.
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
