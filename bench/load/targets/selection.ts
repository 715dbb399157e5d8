import type { Choose } from '../../../servers/balance/policies.ts';
import { streamOf } from '../../../servers/random/streams.ts';
import type { SocketAddress } from '../../../sockets/address.ts';
import { selectorOf } from '../../model/select-policy.ts';
import type { Assignment, Selection } from '../threads/assignment.ts';
import { type TargetReport, TargetTally } from './tally.ts';

/** A connection without a target. */
const NO_TARGET = -1;

/**
 * Selects which of several targets a thread's connections, or its requests, go to, and tallies the outcomes.
 * - Pooled connections, closed loop: the policy selects each connection's target, since a connection sends its next
 *   request itself.
 * - Pooled connections at a rate: connections are divided evenly, and the policy selects the target of each arrival.
 * - A connection per request: the policy selects the target when the connection is opened.
 */
export class TargetSelection {
  readonly addresses: readonly SocketAddress[];
  /** True when a target is selected for each arrival, which then waits for that target's connections. */
  readonly dividesArrivals: boolean;
  readonly #choose: Choose;
  readonly #pooled: boolean;
  /** True when connections go to the targets in turn, over all threads. */
  readonly #inTurn: boolean;
  readonly #firstConnection: number;
  readonly #tallies: readonly TargetTally[];
  /** Load of each target, as the policy sees it. */
  readonly #loads: Int32Array;
  /** The target of each connection. */
  readonly #targets: Int32Array;
  /** By connection: 1 when its last attempt to reach its target was refused. */
  readonly #refused: Uint8Array;
  /** By target: its connections, and how many of them are refused. */
  readonly #connections: Int32Array;
  readonly #refusals: Int32Array;

  constructor({ point, pacer, thread, firstConnection, streamKey }: Assignment, { addresses, policy }: Selection) {
    this.addresses = addresses;
    this.#pooled = point.connection === 'pooled';
    this.dividesArrivals = this.#pooled && pacer !== null;
    this.#inTurn = this.dividesArrivals || (this.#pooled && policy === 'round-robin');
    this.#choose = selectorOf(policy, streamOf('target selection', { ...streamKey, thread }));
    this.#firstConnection = firstConnection;
    this.#tallies = addresses.map(() => new TargetTally());
    this.#loads = new Int32Array(addresses.length);
    this.#targets = new Int32Array(point.connections).fill(NO_TARGET);
    this.#refused = new Uint8Array(point.connections);
    this.#connections = new Int32Array(addresses.length);
    this.#refusals = new Int32Array(addresses.length);
  }

  get count(): number {
    return this.addresses.length;
  }

  /** Returns the target of a connection that has one. */
  of(connection: number): number {
    return this.#targets[connection] as number;
  }

  /** Gives a connection that is about to be opened a target, unless it has one. */
  assign(connection: number): void {
    if (this.of(connection) !== NO_TARGET) return;
    const target = this.#inTurn ? (this.#firstConnection + connection) % this.count : this.#chooseForConnection();
    this.#targets[connection] = target;
    this.#connections[target] = (this.#connections[target] as number) + 1;
  }

  /** Takes the target from a connection for a single request, which was closed. Pooled connections keep theirs. */
  release(connection: number): void {
    const target = this.of(connection);
    if (this.#pooled || target === NO_TARGET) return;
    this.#targets[connection] = NO_TARGET;
    this.#connections[target] = (this.#connections[target] as number) - 1;
  }

  /**
   * Selects a target for an arrival.
   * @param queued returns how many arrivals wait for a connection to a target.
   */
  choose(queued: (target: number) => number): number {
    for (let t = 0; t < this.count; t++) this.#loads[t] = this.tally(t).pending + queued(t);
    return this.#choose(this.#loads);
  }

  /** Records that the connection could not be opened, or that its target's host reported an ICMP error. */
  refused(connection: number): void {
    if (!this.#pooled || this.#refused[connection] === 1) return;
    this.#refused[connection] = 1;
    const target = this.of(connection);
    this.#refusals[target] = (this.#refusals[target] as number) + 1;
  }

  /** Records that the connection reached its target. */
  established(connection: number): void {
    if (this.#refused[connection] === 0) return;
    this.#refused[connection] = 0;
    const target = this.of(connection);
    this.#refusals[target] = (this.#refusals[target] as number) - 1;
  }

  /** Reports whether the target refuses all of its connections. */
  isDown(target: number): boolean {
    const refusals = this.#refusals[target] as number;
    return refusals > 0 && refusals === this.#connections[target];
  }

  /** Returns the tally of the requests to a target. */
  tally(target: number): TargetTally {
    return this.#tallies[target] as TargetTally;
  }

  addressOf(connection: number): SocketAddress | undefined {
    return this.addresses[this.of(connection)];
  }

  /** Returns the tally of a connection's target; undefined while it has none. */
  tallyOf(connection: number): TargetTally | undefined {
    return this.#tallies[this.of(connection)];
  }

  /** Records a request for a connection that is open or about to be opened. */
  began(connection: number): void {
    this.assign(connection);
    this.tally(this.of(connection)).counts.sent++;
  }

  /** Records that it was not sent after all. */
  takenBack(connection: number): void {
    this.tally(this.of(connection)).counts.sent--;
  }

  /** Records a correct reply, `responseNanos` after its request was due. */
  completed(connection: number, responseNanos: number): void {
    this.established(connection);
    this.tally(this.of(connection)).completed(responseNanos);
  }

  /** Records the time that server and network took for the same request. */
  served(connection: number, serviceNanos: number): void {
    this.tally(this.of(connection)).service.record(serviceNanos);
  }

  /** Records a request that was given up at that age. */
  timedOut(connection: number, ageNanos: number): void {
    this.tally(this.of(connection)).timedOut(ageNanos);
  }

  /** Records a request that ended with its connection. */
  failed(connection: number): void {
    this.tally(this.of(connection)).counts.errors++;
  }

  /** Records a request that was answered with other bytes than expected. */
  corrupted(connection: number): void {
    this.tally(this.of(connection)).counts.corrupted++;
  }

  startMeasuring(): void {
    for (const tally of this.#tallies) tally.startMeasuring();
  }

  report(): TargetReport[] {
    return this.#tallies.map((tally) => tally.report());
  }

  /**
   * Selects a connection's target: by the number of connections when these are pooled, otherwise by pending requests.
   */
  #chooseForConnection(): number {
    if (this.#pooled) return this.#choose(this.#connections);
    return this.choose(none);
  }
}

function none(): number {
  return 0;
}
