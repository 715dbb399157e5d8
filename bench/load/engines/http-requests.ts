import { nowNanos } from '../../measure/clock.ts';
import { PickupLag } from '../clients/pickup-lag.ts';
import type { LoadState } from '../ledger/load-state.ts';

/** The requests in flight on each of a thread's HTTP connections, and what became of those that were. */
export class HttpRequests {
  readonly #state: LoadState;
  readonly #pipelining: number;
  readonly #page: string | null;
  /** When requests were sent: for each connection a ring. */
  readonly #sentAt: Float64Array;
  readonly #oldest: Int32Array;
  readonly #inFlight: Int32Array;
  readonly #answered: Uint8Array;
  readonly #pickup = new PickupLag();
  readonly #statuses = new Map<number, number>();
  #outstanding = 0;
  // The reply whose body is still to be seen.
  #connection = 0;
  #status = 0;
  #bytes = 0;
  #dueNanos = 0;
  #repliedNanos = 0;
  #lagNanos = 0;
  /** Connections that were answered at least once. */
  connectionsAnswered = 0;

  /** @param page what every body should be; null: anything. */
  constructor(connections: number, pipelining: number, page: string | null, state: LoadState) {
    this.#state = state;
    this.#pipelining = pipelining;
    this.#page = page;
    this.#sentAt = new Float64Array(connections * pipelining);
    this.#oldest = new Int32Array(connections);
    this.#inFlight = new Int32Array(connections);
    this.#answered = new Uint8Array(connections);
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  /** Those of connections that were answered before, so that a reply may be hoped for. */
  get hopeful(): number {
    return this.#inFlight.reduce((sum, inFlight, c) => sum + (this.#answered[c] === 1 ? inFlight : 0), 0);
  }

  inFlight(connection: number): number {
    return this.#inFlight[connection] as number;
  }

  /** Was its oldest request sent before that time? False when there is none. */
  awaited(connection: number, nanos: number): boolean {
    return this.inFlight(connection) > 0 && this.#oldestAge(connection, nanos) > 0;
  }

  isAnswered(connection: number): boolean {
    return this.#answered[connection] === 1;
  }

  /** Replies by status code since measuring began. */
  get statuses(): Record<string, number> {
    return Object.fromEntries([...this.#statuses].sort(([a], [b]) => a - b));
  }

  startMeasuring(): void {
    this.#statuses.clear();
    this.#state.startMeasuring(this.#outstanding);
  }

  /** A request is being sent. In a closed loop it is due at this moment. */
  sent(connection: number): void {
    const inFlight = this.#inFlight[connection] as number;
    const slot = ((this.#oldest[connection] as number) + inFlight) % this.#pipelining;
    const now = nowNanos();
    this.#sentAt[connection * this.#pipelining + slot] = now;
    this.#inFlight[connection] = inFlight + 1;
    this.#state.counts.sent++;
    this.#state.holds(++this.#outstanding, now);
  }

  /** A reply came, to the oldest request. What it is worth is known with its body: {@link judge}. */
  replied(connection: number, status: number, bytes: number): void {
    const now = nowNanos();
    this.#connection = connection;
    this.#status = status;
    this.#bytes = bytes;
    this.#repliedNanos = now;
    this.#lagNanos = this.#pickup.of(now);
    this.#dueNanos = this.#takeOldest(connection);
    this.#state.holds(this.#outstanding, now);
    if (this.#answered[connection] === 1) return;
    this.#answered[connection] = 1;
    this.connectionsAnswered++;
  }

  /** The body of the reply that came last: only 2xx, with the right page, counts as completed. */
  judge(body: string): void {
    const { counts } = this.#state;
    const status = this.#status;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (status < 200 || status > 299) {
      counts.errors++;
    } else if (this.#page !== null && body !== this.#page) {
      counts.corrupted++;
    } else {
      counts.bytes += this.#bytes;
      this.#state.completed(this.#connection, this.#dueNanos, this.#repliedNanos);
      this.#state.lagged(this.#lagNanos);
    }
  }

  /** The loop does something else: see {@link PickupLag.look}. */
  look(): void {
    this.#pickup.look(nowNanos());
  }

  /**
   * The connection is gone, and its requests with it: each that had waited for `timeoutNanos` has timed out, and the
   * younger ones failed.
   */
  lose(connection: number, timeoutNanos: number, now = nowNanos()): void {
    while ((this.#inFlight[connection] as number) > 0) this.#giveUp(connection, now, timeoutNanos);
    this.#state.holds(this.#outstanding, now);
  }

  /** Gives up all that is in flight. */
  abandon(): void {
    for (let c = 0; c < this.#inFlight.length; c++) this.lose(c, 0);
  }

  #giveUp(connection: number, now: number, timeoutNanos: number): void {
    const due = this.#takeOldest(connection);
    if (now - due < timeoutNanos) {
      this.#state.counts.errors++;
      return;
    }
    this.#state.counts.timedOut++;
    this.#state.expired(due, now);
  }

  #oldestAge(connection: number, now: number): number {
    return now - (this.#sentAt[connection * this.#pipelining + (this.#oldest[connection] as number)] as number);
  }

  /** @returns when it was sent. */
  #takeOldest(connection: number): number {
    const slot = this.#oldest[connection] as number;
    this.#oldest[connection] = (slot + 1) % this.#pipelining;
    this.#inFlight[connection] = (this.#inFlight[connection] as number) - 1;
    this.#outstanding--;
    return this.#sentAt[connection * this.#pipelining + slot] as number;
  }
}
