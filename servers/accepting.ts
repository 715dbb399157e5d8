import { EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../sockets/errno.ts';
import { accept } from '../sockets/socket.ts';

/** How long not to accept after descriptors or memory ran out, in milliseconds. */
export const EXHAUSTED_MS = 10;
const exhausted = new Set([-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM]);

/** Connections to accept before a loop serves those at hand again. */
const ACCEPTS_AT_A_TIME = 64;

/** Has accept(2) failed with a negated errno that may pass when another connection ends? */
export function isExhausted(outcome: number): boolean {
  return exhausted.has(outcome);
}

/**
 * Accepts connections from a non-blocking listener that is ready: some, or all that wait.
 * @param open is given each connection's descriptor, and owns it.
 * @returns false when descriptors or memory have run out: the listener stays ready, so a loop that went on looking at it
 * would spin. Look at it again after {@link EXHAUSTED_MS}.
 */
export function acceptSome(listener: number, open: (fd: number) => void): boolean {
  for (let i = 0; i < ACCEPTS_AT_A_TIME; i++) {
    const fd = accept(listener, false);
    // A connection that was reset in the backlog hides none behind it: they are ready at the next wait.
    if (fd < 0) return !isExhausted(fd);
    open(fd);
  }
  return true;
}
