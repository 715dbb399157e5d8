import { nowNanos } from '../../measure/clock.ts';
import type { DropCause } from '../threads/counts.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { LoadState } from './load-state.ts';

/** Accounts for the requests of a table of connections: how each began, and the one way in which it ended. */
export class RequestLedger {
  readonly #table: ConnectionTable;
  readonly #state: LoadState;
  /** True when each request has its own connection: the request then counts as sent when that is opened. */
  readonly #short: boolean;

  constructor(table: ConnectionTable, state: LoadState, short = false) {
    this.#table = table;
    this.#state = state;
    this.#short = short;
  }

  /**
   * Adds a request, to be sent as soon as the kernel takes it. @param readyNanos when it was due and its connection
   * could take it.
   */
  begin(c: number, dueNanos: number, readyNanos: number): void {
    this.#table.push(c, dueNanos, readyNanos);
    this.#state.began(c);
  }

  /** Adds a request for which a connection is about to be opened: with that, the generator has done its part. */
  beginConnecting(c: number, dueNanos: number, readyNanos: number): void {
    this.begin(c, dueNanos, readyNanos);
    this.#state.sent(dueNanos, readyNanos, nowNanos());
  }

  /**
   * Records that a connection for one request was established, after `nanos`. Its request, if any, could not be sent
   * before.
   */
  connected(c: number, nanos: number): void {
    this.#state.connected(nanos);
    if (this.#table.inFlight(c) > 0) this.#table.delayOldest(c, nanos);
  }

  /**
   * Handles a correct reply: to the oldest request, or to one before it that was given up.
   * @param arrivedNanos when the kernel received it; 0 when not known.
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

  /** Handles a complete reply that refuses the oldest request, or one before it that was given up. */
  refuse(c: number): void {
    const table = this.#table;
    if (table.givenUp(c) > 0) {
      this.#state.counts.late++;
      table.skip(c);
      return;
    }
    this.#state.failed(c);
    table.shift(c);
  }

  /** Handles a wrong byte. It counts against the oldest request in flight, whose reply cannot be read any more. */
  corrupt(c: number): void {
    this.#state.corrupted(c);
    this.#table.shift(c);
  }

  /**
   * Times out requests that could be sent before `deadline`. Younger ones continue to wait. Each has its own time-out,
   * because otherwise percentiles would fall the more requests fail. Late replies are read and discarded, since the
   * replies to younger requests follow them; until then a request that was given up keeps its place.
   * @returns whether to replace the connection: no request that was sent is in flight on it any more.
   */
  expire(c: number, deadline: number, now: number): boolean {
    const table = this.#table;
    if (table.inFlight(c) === 0 || table.oldestReady(c) >= deadline) return false;
    while (this.#isLate(c, deadline) && !this.#isUnsent(c)) this.#state.timedOut(c, table.giveUp(c), now);
    const stuck = this.#isLate(c, deadline);
    while (this.#isLate(c, deadline)) this.#drop(c, 'unsent');
    return stuck || table.inFlight(c) === 0;
  }

  /** Ends all requests in flight when the load is over: they have waited as long as they may. */
  abandon(c: number, now: number): void {
    this.expire(c, Number.POSITIVE_INFINITY, now);
  }

  /**
   * Ends the requests of a connection that has ended. Those that were sent become errors. Those of which no byte was
   * handed over wait until it is opened again; they are dropped if `cause` is given or the load is draining. With
   * `noPort` all are dropped.
   * @param cause why requests are dropped; undefined lets unsent ones wait.
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
