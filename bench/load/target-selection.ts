import type { Choose } from '../../servers/balance/policies.ts';
import { streamOf } from '../../servers/random.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { selectorOf } from '../model/select-policy.ts';
import type { Assignment, Selection } from './assignment.ts';
import { type TargetReport, TargetTally } from './target-tally.ts';

/** A connection that belongs to no target yet. */
const NOBODY = -1;

/**
 * Which of several targets a thread's connections, or its requests, go to, and what became of those. A pooled
 * connection belongs to one target: in a closed loop the policy says to which, since the connection sends its next
 * request itself; at a rate connections are divided evenly, and the policy says to whose each arrival goes. A connection
 * for one request goes to the target that the policy chooses then.
 */
export class TargetSelection {
  readonly addresses: readonly SocketAddress[];
  /** Is a target chosen for each arrival, among the connections that it has? */
  readonly dividesArrivals: boolean;
  readonly #choose: Choose;
  readonly #pooled: boolean;
  /** Do connections go to the targets in turn, over all threads? */
  readonly #inTurn: boolean;
  readonly #firstConnection: number;
  readonly #tallies: readonly TargetTally[];
  /** What each target has to do, as far as the policy is to know. */
  readonly #loads: Int32Array;
  /** The target of each connection. */
  readonly #targets: Int32Array;
  /** Was its last attempt to get through refused? */
  readonly #refused: Uint8Array;
  /** Connections that belong to each target, and those of them that are refused. */
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
    this.#targets = new Int32Array(point.connections).fill(NOBODY);
    this.#refused = new Uint8Array(point.connections);
    this.#connections = new Int32Array(addresses.length);
    this.#refusals = new Int32Array(addresses.length);
  }

  get count(): number {
    return this.addresses.length;
  }

  /** The target of a connection that has one. */
  of(connection: number): number {
    return this.#targets[connection] as number;
  }

  /** The connection is about to be opened: gives it a target, unless it has one. */
  assign(connection: number): void {
    if (this.of(connection) !== NOBODY) return;
    const target = this.#inTurn ? (this.#firstConnection + connection) % this.count : this.#chooseForConnection();
    this.#targets[connection] = target;
    this.#connections[target] = (this.#connections[target] as number) + 1;
  }

  /** The connection was closed: one for a single request belongs to nobody from now on. */
  release(connection: number): void {
    const target = this.of(connection);
    if (this.#pooled || target === NOBODY) return;
    this.#targets[connection] = NOBODY;
    this.#connections[target] = (this.#connections[target] as number) - 1;
  }

  /**
   * Chooses a target for an arrival.
   * @param queued how many arrivals wait for a connection to each.
   */
  choose(queued: (target: number) => number): number {
    for (let t = 0; t < this.count; t++) this.#loads[t] = this.tally(t).pending + queued(t);
    return this.#choose(this.#loads);
  }

  /** The connection could not be opened, or its target's machine says that nobody is there. */
  refused(connection: number): void {
    if (!this.#pooled || this.#refused[connection] === 1) return;
    this.#refused[connection] = 1;
    const target = this.of(connection);
    this.#refusals[target] = (this.#refusals[target] as number) + 1;
  }

  /** The connection got through. */
  stands(connection: number): void {
    if (this.#refused[connection] === 0) return;
    this.#refused[connection] = 0;
    const target = this.of(connection);
    this.#refusals[target] = (this.#refusals[target] as number) - 1;
  }

  /** Does the target refuse every connection that it has? */
  isDown(target: number): boolean {
    const refusals = this.#refusals[target] as number;
    return refusals > 0 && refusals === this.#connections[target];
  }

  /** What becomes of the requests to a target. */
  tally(target: number): TargetTally {
    return this.#tallies[target] as TargetTally;
  }

  addressOf(connection: number): SocketAddress | undefined {
    return this.addresses[this.of(connection)];
  }

  /** That of a connection's target; undefined while it has none. */
  tallyOf(connection: number): TargetTally | undefined {
    return this.#tallies[this.of(connection)];
  }

  /** A request was made for a connection, open or to be opened. */
  began(connection: number): void {
    this.assign(connection);
    this.tally(this.of(connection)).counts.sent++;
  }

  /** It was not sent after all. */
  takenBack(connection: number): void {
    this.tally(this.of(connection)).counts.sent--;
  }

  /** A request of the connection was answered well, so long after it was due. */
  completed(connection: number, responseNanos: number): void {
    this.stands(connection);
    this.tally(this.of(connection)).completed(responseNanos);
  }

  /** The same request took server and network so long. */
  served(connection: number, serviceNanos: number): void {
    this.tally(this.of(connection)).service.record(serviceNanos);
  }

  /** A request of the connection was given up at that age. */
  timedOut(connection: number, ageNanos: number): void {
    this.tally(this.of(connection)).timedOut(ageNanos);
  }

  /** A request ended with its connection. */
  failed(connection: number): void {
    this.tally(this.of(connection)).counts.errors++;
  }

  /** A request was answered with other bytes. */
  corrupted(connection: number): void {
    this.tally(this.of(connection)).counts.corrupted++;
  }

  startMeasuring(): void {
    for (const tally of this.#tallies) tally.startMeasuring();
  }

  report(): TargetReport[] {
    return this.#tallies.map((tally) => tally.report());
  }

  /** By how many connections each has where those stay, and else by what is pending on them. */
  #chooseForConnection(): number {
    if (this.#pooled) return this.#choose(this.#connections);
    return this.choose(none);
  }
}

function none(): number {
  return 0;
}
