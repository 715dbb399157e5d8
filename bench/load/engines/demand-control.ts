import { nowNanos } from '../../measure/clock.ts';
import { makePacer } from '../arrivals/pacer.ts';
import { LoadProfile } from '../arrivals/profile.ts';
import { ArrivalSample } from '../arrivals/sample.ts';
import { BoundedDemand, OpenDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { TargetSelection } from '../targets/selection.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';

/** A connection that came into use more recently than this may be unanswered without being starved. */
const SETTLING_NANOS = 1e9;

/**
 * Creates a thread's demand for requests: open or closed, over a number of connections that may change, with or without
 * a limit.
 */
export class DemandControl {
  /** The open loop, if there is one. */
  open: OpenDemand | undefined;
  readonly #assignment: Assignment;
  readonly #state: LoadState;
  readonly #bounded = new BoundedDemand();
  readonly #levels: LoadProfile | undefined;
  /** Number of connections ever in use: now, at the last look, and at the look before that. */
  #used: number;
  #usedAtLook: number;
  #settled: number;
  #looked = 0;
  #begin = 0;
  #expectedEnd = 0;
  /** At a rate, the mean time between two arrivals lately, in nanoseconds. */
  gapNanos = Number.POSITIVE_INFINITY;
  #arrived = 0;
  #arrivalsSince = 0;
  /** Number of open loops begun: each has its own arrivals. */
  #openLoops = 0;

  constructor(assignment: Assignment, state: LoadState) {
    this.#assignment = assignment;
    this.#state = state;
    this.#levels = assignment.levels === null ? undefined : new LoadProfile(assignment.levels);
    if (this.#levels !== undefined) this.#bounded.active = this.activeAtStart;
    this.#used = this.activeAtStart;
    this.#usedAtLook = this.#used;
    this.#settled = this.#used;
  }

  /** Reports whether the number of connections in use changes over time. */
  get ramps(): boolean {
    return this.#levels !== undefined;
  }

  /** Number of the thread's connections in use. */
  get active(): number {
    return Math.min(this.#bounded.active, this.#assignment.point.connections);
  }

  get activeAtStart(): number {
    return this.#activeAt(0);
  }

  /** Number of connections, counted from the first, that have been in use long enough to have been answered. */
  get settled(): number {
    return this.#settled;
  }

  /** Number of requests that are due and wait for a connection. */
  get queued(): number {
    return this.open?.queued ?? 0;
  }

  /** Reports whether the last request of the limit was made. Always false without a limit. */
  get spent(): boolean {
    if (this.#assignment.requests === null) return false;
    if (this.open !== undefined) return this.open.nextDue === Number.POSITIVE_INFINITY && this.open.queued === 0;
    return this.#bounded.left === 0;
  }

  /**
   * Begins the load.
   * @param begin when it begins, the same for all threads; with `end`, when it ends at the latest: monotonic
   * nanoseconds.
   */
  begin(begin: number, end: number): void {
    this.#begin = begin;
    this.#looked = begin;
    this.#arrivalsSince = begin;
    this.#arrived = 0;
    this.#expectedEnd = end;
    if (this.#assignment.pacer !== null) this.#openLoop(begin, Number.POSITIVE_INFINITY);
    else if (this.ramps) this.#state.demand = this.#bounded;
  }

  /** Applies the requested number of requests, if any, from now on; those outstanding count towards it. */
  limit(now: number, outstanding: number): void {
    const { pacer, requests } = this.#assignment;
    if (requests === null) return;
    const left = Math.max(0, requests - outstanding);
    if (pacer !== null) {
      this.#openLoop(now, left);
      return;
    }
    this.#bounded.left = left;
    this.#state.demand = this.#bounded;
  }

  /** Gives arrivals that are due to free connections; the others wait. */
  dispatch(workload: Pick<Workload, 'request'>): void {
    const { open } = this;
    if (open === undefined) return;
    const now = nowNanos();
    for (let sent = 0; open.nextDue <= now && sent < TURN_EVENTS; open.advance()) {
      this.#arrived++;
      this.#state.noticed(open.nextDue, now);
      open.select();
      let connection = open.takeIdle();
      while (connection >= 0 && !workload.request(connection, open.nextDue)) connection = open.takeIdle();
      if (connection >= 0) sent++;
      else if (this.#targets?.isDown(open.target)) this.#refuse(open);
      else if (!open.enqueue()) this.#drop(open, 'noConnection');
    }
  }

  /** Looks at the arrivals since the last look: see {@link gapNanos}. */
  look(now: number): void {
    if (this.#arrived > 0) this.gapNanos = (now - this.#arrivalsSince) / this.#arrived;
    this.#arrivalsSince = now;
    this.#arrived = 0;
  }

  /** Updates the number of the thread's connections in use. @returns that number. */
  ramp(now: number): number {
    const active = this.#activeAt(now - this.#begin);
    this.#bounded.active = active;
    this.#used = Math.max(this.#used, active);
    if (now - this.#looked >= SETTLING_NANOS) {
      this.#settled = this.#usedAtLook;
      this.#usedAtLook = this.#used;
      this.#looked = now;
    }
    return active;
  }

  /** Ends the schedule: no more requests become due. */
  end(): void {
    this.open?.end();
  }

  /** Drops arrivals that were due before `deadline` and still wait for a connection. */
  expire(deadline: number): void {
    const { open } = this;
    if (open === undefined) return;
    while (open.takeOverdue(deadline) >= 0) {
      this.#drop(open, 'noConnection');
      // The next request to be sent does not follow the last one sent.
      this.#state.arrivals?.interrupted();
    }
  }

  /** Drops all arrivals that still wait, when the load is over. */
  abandon(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  /** The targets among which arrivals are divided. */
  get #targets(): TargetSelection | undefined {
    const { targets } = this.#state;
    return targets?.dividesArrivals ? targets : undefined;
  }

  /** Drops the arrival, and those that wait, for a target that refuses connections. */
  #refuse(open: OpenDemand): void {
    this.#drop(open, 'refused');
    for (; open.queuedForTarget > 0; this.#drop(open, 'refused')) open.takeQueued();
    // As far as the load is concerned, the arrival was on time.
    this.#state.arrivals?.sent(nowNanos(), true);
  }

  /** Drops an arrival for the demand's target. */
  #drop(open: OpenDemand, cause: DropCause): void {
    this.#state.dropped(cause, this.#targets?.tally(open.target));
  }

  #openLoop(begin: number, limit: number): void {
    const { pacer, point, threads } = this.#assignment;
    if (pacer === null) return;
    // A load with a limit starts a new schedule when its warm-up is over.
    const profile = limit === Number.POSITIVE_INFINITY ? pacer.profile : { ...pacer.profile, holdMs: 0 };
    const { connections, pipelining } = point;
    const streamKey = { ...pacer.streamKey, window: this.#openLoops++ };
    this.open = new OpenDemand(
      makePacer({ ...pacer, profile, streamKey }),
      begin,
      connections,
      pipelining,
      limit,
      this.#targets,
    );
    this.#state.demand = this.open;
    const levels = new LoadProfile(profile);
    const expected = Math.min(limit, levels.cumulative(this.#expectedEnd - begin) / threads);
    this.#state.arrivals = new ArrivalSample(levels, begin, threads, expected);
  }

  /** Returns the thread's share of the connections in use: threads get them in turn, one each. */
  #activeAt(nanos: number): number {
    const { point, thread, threads } = this.#assignment;
    if (this.#levels === undefined) return point.connections;
    const share = Math.ceil((Math.round(this.#levels.levelAt(nanos)) - thread) / threads);
    return Math.min(Math.max(share, 0), point.connections);
  }
}
