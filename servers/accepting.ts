import { acceptRetry, type Retry } from '../sockets/retry.ts';
import { accept } from '../sockets/socket.ts';

/** How long not to call again after descriptors or memory ran out, in milliseconds. */
export const SHORTAGE_MS = 10;
export const SHORTAGE_NANOS = SHORTAGE_MS * 1e6;

/** Connections to accept before a loop serves those at hand again. */
const ACCEPTS_AT_A_TIME = 64;

/**
 * What a loop does when accept(2) has failed. `never`: the server is stopping, which shuts its listener down.
 * @param result a negated errno. @param stopping is set before the listener is shut down.
 * @throws {SystemError} when it can't pass: the listener is not one.
 */
export function retryAccept(result: number, stopping: () => boolean): Retry {
  return stopping() ? 'never' : acceptRetry(result);
}

/**
 * Accepts connections from a non-blocking listener that is ready: some, or all that wait.
 * @param open is given each connection's descriptor, and owns it.
 * @param stopping as of {@link retryAccept}.
 * @returns false when descriptors or memory have run out: the listener stays ready, so a loop that still waits for
 * it would spin. Wait for it again after {@link SHORTAGE_MS}.
 * @throws {SystemError} when there can be no further connection.
 */
export function acceptSome(listener: number, open: (fd: number) => void, stopping: () => boolean): boolean {
  for (let i = 0; i < ACCEPTS_AT_A_TIME; i++) {
    const fd = accept(listener, false);
    // A connection that was reset in the backlog hides none behind it: they are ready at the next wait.
    if (fd < 0) return retryAccept(fd, stopping) !== 'later';
    open(fd);
  }
  return true;
}
