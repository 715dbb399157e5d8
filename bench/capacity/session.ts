import { streamOf } from '../../servers/random/streams.ts';
import type { Capacity } from '../model/capacity.ts';
import { targetName } from '../model/configuration.ts';
import type { Threshold } from '../model/threshold.ts';
import type { Trial } from '../model/trial.ts';
import type { TrialSpec } from '../run/planner.ts';
import { shuffled } from '../stats/shuffled.ts';
import { conclude, type RunStep, type SearchEnd } from './conclusion.ts';
import { judgeRate } from './finding.ts';
import { nextStep, type SearchRange, type Step } from './search.ts';

/** How a session measures: by real trials, or by simulated ones in tests. */
export interface Measurement {
  /** Returns the milliseconds since the session began. */
  elapsedMs(): number;
  /** Returns how long a step's trial takes at least. */
  lastingMs(step: Step): number;
  /** Measures one step. Returns null when its trial failed. Rejects when a fault must end the session. */
  measure(spec: TrialSpec, step: Step): Promise<Trial | null>;
  /** True when the session was interrupted. */
  readonly interrupted: boolean;
  /** Receives what is known after every step, and at the end. */
  found(capacities: Capacity[]): void;
}

export interface SessionPlan {
  /** One target at one operating point each. */
  readonly specs: readonly TrialSpec[];
  /** Everything that a rate must keep, the limit on failures included. */
  readonly bounds: readonly Threshold[];
  readonly range: SearchRange;
  readonly budgetMs: number;
  readonly seed: number;
}

/** The search of one target: its steps so far, and how it ended. */
class Search {
  readonly #spec: TrialSpec;
  readonly #steps: RunStep[] = [];
  #end: SearchEnd = 'running';
  /** Cache of the conclusion; undefined after a change. */
  #concluded: Capacity | undefined;

  constructor(spec: TrialSpec) {
    this.#spec = spec;
  }

  get isRunning(): boolean {
    return this.#end === 'running';
  }

  /** Runs the next step, if there is one and the budget has time for it. */
  async advance({ bounds, range, budgetMs }: SessionPlan, measurement: Measurement): Promise<void> {
    this.#concluded = undefined;
    const step = nextStep(this.#steps, range);
    if (step === null) this.#end = 'done';
    else if (measurement.elapsedMs() + measurement.lastingMs(step) > budgetMs) this.#end = 'budget';
    else await this.#run(step, bounds, measurement);
  }

  interrupt(): void {
    this.#concluded = undefined;
    this.#end = 'interruption';
  }

  async #run(step: Step, bounds: readonly Threshold[], measurement: Measurement): Promise<void> {
    // Each step is a separate round: its arrivals differ from other steps and are the same for every target.
    const round = this.#steps.length + 1;
    const trial = await measurement.measure({ ...this.#spec, round }, step);
    if (trial === null) {
      this.#end = measurement.interrupted ? 'interruption' : 'failure';
      return;
    }
    const judged = judgeRate(bounds, trial);
    this.#steps.push({ ...step, round, ...judged, trial });
    if (judged.finding === 'unmeasured') this.#end = 'unmeasured';
  }

  /** Returns what is known of the target: the same object until that changes. */
  conclude(): Capacity {
    const { target, transport, connections, work, cacheHit } = this.#spec;
    const point = { target: targetName(target), transport, connections, work, cacheHit };
    this.#concluded ??= { ...point, ...conclude(this.#steps, this.#end) };
    return this.#concluded;
  }
}

/**
 * Searches for the capacity of every target. The targets take one step each in turn, in random order, so a slow phase
 * of the machine affects all alike. A target whose trial fails is abandoned; the others continue.
 */
export async function searchCapacities(plan: SessionPlan, measurement: Measurement): Promise<void> {
  let turn = 0;
  const searches = plan.specs.map((spec) => new Search(spec));
  const report = () => measurement.found(searches.map((search) => search.conclude()));
  for (let running = searches; running.length > 0; running = running.filter(({ isRunning }) => isRunning)) {
    const random = streamOf('search order', { seed: plan.seed, round: ++turn });
    for (const search of shuffled(running, random)) {
      if (measurement.interrupted) search.interrupt();
      else await search.advance(plan, measurement);
      report();
    }
  }
}
