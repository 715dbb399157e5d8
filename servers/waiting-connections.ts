import { DueTimes } from './due-times.ts';
import type { NonblockingConnection } from './nonblocking.ts';

/** Connections of a loop that wait for a time, and for nothing else. Some of them may be closed when it comes. */
export class WaitingConnections {
  readonly #due = new DueTimes<NonblockingConnection>();

  get size(): number {
    return this.#due.size;
  }

  /** A connection waits from now on for as long as it says. */
  add(connection: NonblockingConnection): void {
    this.#due.add(performance.now() + connection.waitNanos / 1e6, connection);
  }

  /** Milliseconds until the first has waited long enough; -1 when none waits. */
  patienceMs(): number {
    return this.size === 0 ? -1 : Math.max(0, this.#due.earliest - performance.now());
  }

  /** Takes out the first that had waited long enough at `now`, by performance.now(); undefined when none had. */
  take(now: number): NonblockingConnection | undefined {
    return this.#due.take(now);
  }
}

/** The shorter of two times to wait; -1 is for ever. */
export function soonest(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}
