import { DueTimes } from './due-times.ts';

/** A conversation that the app delays. */
export interface Waiting {
  readonly waitNanos: number;
}

/** The delayed connections of a loop, which wait for a time and no event. Some may be closed before it comes. */
export class WaitingConnections<C extends Waiting> {
  readonly #due = new DueTimes<C>();

  get size(): number {
    return this.#due.size;
  }

  /** Adds a connection, which waits for its `waitNanos` from now on. */
  add(connection: C): void {
    this.#due.add(performance.now() + connection.waitNanos / 1e6, connection);
  }

  /** Returns milliseconds until the first delay is over, or -1 when none waits. */
  waitMs(): number {
    return this.size === 0 ? -1 : Math.max(0, this.#due.earliest - performance.now());
  }

  /**
   * Removes and returns the first connection whose delay was over at `now`, by performance.now(); undefined if none
   * was.
   */
  take(now: number): C | undefined {
    return this.#due.take(now);
  }
}

/** Returns the shorter of two times to wait; -1 means forever. */
export function soonest(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}
