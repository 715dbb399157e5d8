import { acceptRetry, type Retry } from '../../sockets/errors/retry.ts';
import { accept } from '../../sockets/socket.ts';
import { pause } from '../timing/block-for.ts';

/** Pause before the next accept(2) after descriptors or memory ran out, in milliseconds. */
export const SHORTAGE_MS = 10;
export const SHORTAGE_NANOS = SHORTAGE_MS * 1e6;

/** Maximum of connections to accept before a loop serves the open ones again. */
const ACCEPTS_AT_A_TIME = 64;

/**
 * Decides what a loop does after accept(2) failed. `never` means that the server is stopping: it has shut its listener
 * down.
 * @param result a negated errno.
 * @param stopping returns true once the server is stopping, which is before the listener is shut down.
 * @throws {SystemError} when the error is permanent, for example when the descriptor is not a listener.
 */
export function retryAccept(result: number, stopping: () => boolean): Retry {
  return stopping() ? 'never' : acceptRetry(result);
}

/**
 * Accepts pending connections from a non-blocking listener that is ready, at most {@link ACCEPTS_AT_A_TIME} of them.
 * @param open receives the descriptor of each connection, and owns it.
 * @param stopping as for {@link retryAccept}.
 * @returns false when descriptors or memory have run out. The listener stays ready then, so a loop that keeps waiting
 * for it would spin. Wait for it again after {@link SHORTAGE_MS}.
 * @throws {SystemError} when no further connection is possible.
 */
export function acceptSome(listener: number, open: (fd: number) => void, stopping: () => boolean): boolean {
  for (let i = 0; i < ACCEPTS_AT_A_TIME; i++) {
    const fd = accept(listener, false);
    // A connection that was reset in the accept queue fails alone: the next wait reports those behind it.
    if (fd < 0) return retryAccept(fd, stopping) !== 'later';
    open(fd);
  }
  return true;
}

/**
 * Blocks in accept(2) until a connection comes. Skips a connection that was reset in the accept queue. When descriptors
 * or memory have run out, it retries after a pause, because another connection may end.
 * @param stopping returns true once the server is stopping. It must be set before the listener is shut down, which
 * wakes this call.
 * @returns the descriptor of the connection, or -1 when the server is stopping.
 * @throws {SystemError} when no further connection is possible, for example when the descriptor is not a listener.
 */
export function nextConnection(listener: number, stopping: () => boolean): number {
  for (;;) {
    const connection = accept(listener);
    if (connection >= 0) return connection;
    const retry = retryAccept(connection, stopping);
    if (retry === 'never') return -1;
    if (retry === 'later') pause(SHORTAGE_NANOS);
  }
}
