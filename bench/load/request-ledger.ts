import { nowNanos } from '../measure/clock.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { LoadState } from './load-state.ts';

/** The requests of a table of connections: how each began, and the one way in which it ended. */
export class RequestLedger {
  readonly #table: ConnectionTable;
  readonly #state: LoadState;

  constructor(table: ConnectionTable, state: LoadState) {
    this.#table = table;
    this.#state = state;
  }

  /** A new request. @param readyNanos when it was due and its connection could take it. */
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

  /** The oldest request was answered well. @param arrivedNanos when the kernel had its reply; 0 when that is not known. */
  complete(c: number, bytes: number, arrivedNanos: number, now: number): void {
    const table = this.#table;
    const state = this.#state;
    if (arrivedNanos > 0) state.served(c, table.oldestReady(c), table.oldestSent(c), arrivedNanos, now);
    state.counts.bytes += bytes;
    state.completed(c, table.shift(c), now);
  }

  /** The oldest request was answered with a wrong byte. */
  corrupt(c: number): void {
    this.#state.corrupted(c);
    this.#table.shift(c);
  }

  /** All that are in flight have waited too long. */
  expire(c: number, now: number): void {
    while (this.#table.inFlight(c) > 0) this.#state.timedOut(c, this.#table.shift(c), now);
  }

  /** All that are in flight ended with their connection. */
  fail(c: number): void {
    while (this.#table.inFlight(c) > 0) {
      this.#state.failed(c);
      this.#table.shift(c);
    }
  }
}
