import { describe, expect, test } from 'vitest';
import type { Step } from '../../../bench/capacity/search.ts';
import { type Measurement, type SessionPlan, searchCapacities } from '../../../bench/capacity/session.ts';
import type { Capacity } from '../../../bench/model/capacity.ts';
import { targetName } from '../../../bench/model/configuration.ts';
import { parseThreshold } from '../../../bench/model/threshold.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { planRounds, type TrialSpec } from '../../../bench/run/planner.ts';
import { latency, trial } from '../../reports/results.ts';
import { configuration } from '../configurations.ts';

const SHORT_MS = 1000;
const WINDOW_MS = 10_000;

const plan: SessionPlan = {
  specs: [...planRounds({ ...configuration, transports: ['tcp'], connections: [16], rounds: 1 })].flat(),
  bounds: [parseThreshold('p99<5ms')],
  range: { startRate: 1000, leastRate: 10, mostRate: 1e8 },
  budgetMs: Number.POSITIVE_INFINITY,
  seed: 1,
};

/** Simulated capacity of each model of the configuration, in requests/s. */
const capacities: Readonly<Record<string, number>> = { iterative: 300, async: 5000, cluster: 70_000 };

/**
 * Measures simulated servers: up to their capacity p99 is 1 ms, above it 1 s. The simulated clock advances by each
 * trial.
 */
class Simulation implements Measurement {
  /** `TARGET RATE` of each trial, in order. */
  readonly measured: string[] = [];
  readonly rounds: number[] = [];
  results: Capacity[] = [];
  interrupted = false;
  #now = 0;
  readonly #fails: (target: string, step: Step) => boolean;

  constructor(fails: (target: string, step: Step) => boolean = () => false) {
    this.#fails = fails;
  }

  elapsedMs(): number {
    return this.#now;
  }

  lastingMs({ purpose }: Step): number {
    return purpose === 'confirm' ? WINDOW_MS : SHORT_MS;
  }

  async measure(spec: TrialSpec, step: Step): Promise<Trial | null> {
    const target = targetName(spec.target);
    this.measured.push(`${target} ${step.rate}`);
    this.rounds.push(spec.round);
    this.#now += this.lastingMs(step);
    if (this.#fails(target, step)) return null;
    const p99 = step.rate <= (capacities[target] ?? 0) ? 1000 : 1e6;
    return {
      ...trial({ target, round: spec.round }),
      rate: step.rate,
      latencyMicros: { response: latency(p99 / 2, p99) },
    };
  }

  found(found: Capacity[]): void {
    this.results = found;
  }

  of(target: string): Capacity | undefined {
    return this.results.find((each) => each.target === target);
  }
}

test('every target gets its own bracket', async () => {
  const simulation = new Simulation();
  await searchCapacities(plan, simulation);
  for (const [target, capacity] of Object.entries(capacities)) {
    const { outcome, confirmed, refuted } = simulation.of(target) ?? {};
    expect(outcome).toBe('bracketed');
    expect(confirmed).toBeLessThanOrEqual(capacity);
    expect(refuted).toBeGreaterThan(capacity);
  }
  expect(simulation.of('async')).toMatchObject({ transport: 'tcp', connections: 16, work: null });
});

test('targets alternate, each at its own rates', async () => {
  const simulation = new Simulation();
  await searchCapacities(plan, simulation);
  const names = simulation.measured.map((each) => each.split(' ')[0]);
  // While all three are searched, every three trials are one of each, in varying order.
  const turns = Array.from({ length: 8 }, (_, i) => names.slice(3 * i, 3 * i + 3));
  for (const turn of turns) expect([...turn].sort()).toEqual(['async', 'cluster', 'iterative']);
  expect(new Set(turns.map((turn) => turn.join())).size).toBeGreaterThan(1);
  // A round is a step: all targets have the same arrivals in it.
  expect(simulation.rounds.slice(0, 9)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
});

test('the same seed gives the same order of trials', async () => {
  const [one, other, third] = [new Simulation(), new Simulation(), new Simulation()];
  await searchCapacities(plan, one);
  await searchCapacities(plan, other);
  await searchCapacities({ ...plan, seed: 2 }, third);
  expect(other.measured).toEqual(one.measured);
  expect(third.measured).not.toEqual(one.measured);
});

describe('a session ends early', () => {
  test('for a target whose trial fails, while the others continue', async () => {
    const simulation = new Simulation((target, { rate }) => target === 'cluster' && rate > 4000);
    await searchCapacities(plan, simulation);
    expect(simulation.of('cluster')).toMatchObject({ outcome: 'unknown', limit: 'failure' });
    expect(simulation.of('cluster')?.steps.map(({ rate }) => rate)).toEqual([1000, 2000, 4000]);
    expect(simulation.of('async')?.outcome).toBe('bracketed');
  });

  test('for a target with a bound that cannot be measured at any rate', async () => {
    const simulation = new Simulation();
    await searchCapacities({ ...plan, bounds: [parseThreshold('service.p99<5ms')] }, simulation);
    expect(simulation.measured).toHaveLength(3);
    expect(simulation.results).toMatchObject(
      Array(3).fill({ outcome: 'unknown', limit: 'unmeasured', steps: [{ finding: 'unmeasured' }] }),
    );
  });

  test('when the budget is used up, and starts no trial that would exceed it', async () => {
    const simulation = new Simulation();
    await searchCapacities({ ...plan, budgetMs: 30_000 }, simulation);
    expect(simulation.elapsedMs()).toBeLessThanOrEqual(30_000);
    expect(simulation.results.map(({ limit }) => limit)).toContain('budget');
    // At the end, windows of ten seconds no longer fit in the budget, but short trials do.
    expect(simulation.measured.length).toBeGreaterThan(20);
  });

  test('when it is interrupted, and keeps the results so far', async () => {
    const simulation: Simulation = new Simulation((_, { rate }) => {
      if (rate < 4000) return false;
      simulation.interrupted = true;
      return true;
    });
    await searchCapacities(plan, simulation);
    expect(simulation.results.map(({ limit }) => limit)).toEqual(['interruption', 'interruption', 'interruption']);
    expect(simulation.results.map(({ steps }) => steps.length)).toEqual(expect.arrayContaining([2]));
  });
});
