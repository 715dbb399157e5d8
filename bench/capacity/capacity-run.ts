import { nowNanos } from '../measure/clock.ts';
import { whileStamping } from '../measure/stamping.ts';
import type { Capacity } from '../model/capacity.ts';
import { assertSearchable, type CapacityConfiguration, leastRate } from '../model/capacity-configuration.ts';
import type { Result } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { MAX_RATE } from '../model/want.ts';
import type { RunObserver } from '../run/observer.ts';
import type { Placement } from '../run/placement.ts';
import { planRounds, type TrialSpec } from '../run/planner.ts';
import { RunProgress } from '../run/progress.ts';
import { attempt, emptyResult, prepare } from '../run/runner.ts';
import { whileElsewhere } from '../run/while-fleet.ts';
import type { Step } from './search.ts';
import { type Measurement, searchCapacities } from './session.ts';
import { stateCapacities } from './statements.ts';

/**
 * Searches for the highest rate at which each target meets its objectives, with a fresh server for each trial, and
 * returns all results. A target that fails is recorded in `result.failures`; the search for the others continues.
 * @param signal aborts the search: the server is stopped, and what is known so far is returned with `interrupted:
 * true`.
 * @throws {ConfigurationError} before anything starts, with every fault found.
 * @throws {UnavailableError} where the generator cannot run at all.
 */
export async function runCapacity(
  configuration: CapacityConfiguration,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Result> {
  assertSearchable(configuration);
  const { rate, failureLimit, thresholds, searchLimitMs, seed } = configuration;
  const placement = prepare(configuration);
  const plan = {
    specs: [...planRounds({ ...configuration, rounds: 1 })].flat(),
    bounds: [...thresholds, failureLimit],
    range: { startRate: rate, leastRate: leastRate(configuration), mostRate: MAX_RATE },
    budgetMs: searchLimitMs,
    seed,
  };
  const search = () =>
    whileElsewhere(configuration, placement, async (placed) => {
      const trials = new CapacityTrials(configuration, placed, observer, signal);
      await searchCapacities(plan, trials);
      return trials.finish();
    });
  return configuration.timestamps === 'kernel' ? whileStamping(search) : search();
}

/** Runs the trials of a search and collects all results. */
class CapacityTrials implements Measurement {
  readonly #configuration: CapacityConfiguration;
  readonly #observer: RunObserver;
  readonly #signal: AbortSignal;
  readonly #placement: Placement;
  readonly #progress: RunProgress;
  readonly #begin = nowNanos();
  #result: Result;

  constructor(configuration: CapacityConfiguration, placement: Placement, observer: RunObserver, signal: AbortSignal) {
    this.#configuration = configuration;
    this.#observer = observer;
    this.#signal = signal;
    this.#placement = placement;
    this.#progress = new RunProgress(observer);
    this.#result = emptyCapacityResult(configuration, this.#placement);
    observer.started?.(this.#result);
  }

  get interrupted(): boolean {
    return this.#signal.aborted;
  }

  elapsedMs(): number {
    return (nowNanos() - this.#begin) / 1e6;
  }

  lastingMs(step: Step): number {
    return this.#configuration.warmupMs + this.#windowMs(step);
  }

  async measure(spec: TrialSpec, step: Step): Promise<Trial | null> {
    const offered = { ...spec, rate: step.rate };
    const configuration = { ...this.#configuration, durationMs: this.#windowMs(step) };
    this.#progress.begin(offered);
    const trying = attempt(offered, configuration, this.#placement, this.#progress, this.#signal);
    const outcome = await trying.finally(() => this.#progress.end());
    if (outcome === null) return null;
    const { trials, failures } = this.#result;
    if ('trial' in outcome) {
      this.#result = { ...this.#result, trials: [...trials, outcome.trial] };
      return outcome.trial;
    }
    this.#result = { ...this.#result, failures: [...failures, outcome.failure] };
    return null;
  }

  found(capacity: Capacity[]): void {
    const statements = stateCapacities(
      capacity,
      this.#configuration.thresholds.map(({ text }) => text),
    );
    this.#result = { ...this.#result, capacity, verdict: { statements } };
    this.#observer.saved(this.#result);
  }

  finish(): Result {
    return { ...this.#result, finishedAt: new Date().toISOString(), interrupted: this.interrupted };
  }

  #windowMs({ purpose }: Step): number {
    const { confirmMs, durationMs } = this.#configuration;
    return purpose === 'confirm' ? confirmMs : durationMs;
  }
}

function emptyCapacityResult(configuration: CapacityConfiguration, placement: Placement): Result {
  const { thresholds, failureLimit, rate, confirmMs, searchLimitMs } = configuration;
  const empty = emptyResult(configuration, placement);
  const capacity = {
    slos: thresholds.map(({ text }) => text),
    mostErrors: failureLimit.bound,
    startRate: rate,
    confirmSeconds: confirmMs / 1000,
    budgetSeconds: searchLimitMs / 1000,
  };
  return { ...empty, plan: { ...empty.plan, capacity } };
}
