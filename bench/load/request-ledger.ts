import { nowNanos } from '../measure/clock.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { DropCause } from './counts.ts';
import type { LoadState } from './load-state.ts';

/** The requests of a table of connections: how each began, and the one way in which it ended. */
export class RequestLedger {
  readonly #table: ConnectionTable;
  readonly #state: LoadState;
  /** Does each request have a connection of its own? Then it is sent when that is begun. */
  readonly #short: boolean;

  constructor(table: ConnectionTable, state: LoadState, short = false) {
    this.#table = table;
    this.#state = state;
    this.#short = short;
  }

  /** A new request, to be sent as soon as the kernel takes it. @param readyNanos when it was due and its connection could take it. */
  begin(c: number, dueNanos: number, readyNanos: number): void {
    this.#table.push(c, dueNanos, readyNanos);
    this.#state.began(c);
  }

  /** A new request, for which a connection is to be made: with that, the generator has done its part. */
  beginConnecting(c: number, dueNanos: number, readyNanos: number): void {
    this.begin(c, dueNanos, readyNanos);
    this.#state.sent(dueNanos, readyNanos, nowNanos());
  }

  /** A connection for one request stands, after that long: its request, if it has one, could not be sent before. */
  connected(c: number, nanos: number): void {
    this.#state.connected(nanos);
    if (this.#table.inFlight(c) > 0) this.#table.delayOldest(c, nanos);
  }

  /**
   * A good reply came: to the oldest request, or to one before it that was given up.
   * @param arrivedNanos when the kernel had it; 0 when that is not known.
   */
  complete(c: number, bytes: number, arrivedNanos: number, now: number): void {
    const table = this.#table;
    const state = this.#state;
    if (table.givenUp(c) > 0) {
      state.counts.late++;
      table.skip(c);
      return;
    }
    if (arrivedNanos > 0) state.served(c, table.oldestReady(c), table.oldestSent(c), arrivedNanos, now);
    state.counts.bytes += bytes;
    state.completed(c, table.shift(c), now);
  }

  /** A wrong byte came. It is held against the oldest request in flight, whose reply can't be read any more. */
  corrupt(c: number): void {
    this.#state.corrupted(c);
    this.#table.shift(c);
  }

  /**
   * Those that could be sent before `deadline` have waited too long. Younger ones go on waiting: each has its own
   * time-out, or percentiles would fall the more requests fail. Late replies are read and thrown away, since those to
   * younger requests come after them; until then the place of a request that was given up stays taken.
   * @returns whether the connection is to be replaced: nothing that was sent is in flight on it any more.
   */
  expire(c: number, deadline: number, now: number): boolean {
    const table = this.#table;
    if (table.inFlight(c) === 0 || table.oldestReady(c) >= deadline) return false;
    while (this.#isLate(c, deadline) && !this.#isUnsent(c)) this.#state.timedOut(c, table.giveUp(c), now);
    const stuck = this.#isLate(c, deadline);
    while (this.#isLate(c, deadline)) this.#drop(c, 'unsent');
    return stuck || table.inFlight(c) === 0;
  }

  /** The load is over: all that are in flight have waited as long as they may. */
  abandon(c: number, now: number): void {
    this.expire(c, Number.POSITIVE_INFINITY, now);
  }

  /**
   * The connection has ended, and with it the requests that were sent. Those of which no byte was handed over wait for
   * it to be opened again, unless it is not to be, at once.
   * @param cause why they are dropped in that case.
   */
  fail(c: number, cause?: DropCause): void {
    const table = this.#table;
    const dropping = cause ?? (this.#state.draining ? 'unsent' : undefined);
    while (table.inFlight(c) > 0) {
      if (cause === 'noPort' || this.#isUnsent(c)) {
        if (dropping === undefined) return;
        this.#drop(c, dropping);
      } else {
        this.#state.failed(c);
        table.shift(c);
      }
    }
  }

  #drop(c: number, cause: DropCause): void {
    this.#state.unsent(c, cause);
    this.#table.shift(c);
  }

  #isLate(c: number, deadline: number): boolean {
    return this.#table.inFlight(c) > 0 && this.#table.oldestReady(c) < deadline;
  }

  #isUnsent(c: number): boolean {
    return !this.#short && this.#table.isOldestUnsent(c);
  }
}
