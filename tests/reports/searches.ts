import { conclude, type RunStep, type SearchEnd } from '../../bench/capacity/conclusion.ts';
import { stateCapacities } from '../../bench/capacity/statements.ts';
import type { Capacity, Finding, Purpose } from '../../bench/model/capacity.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { latency, result, trial } from './results.ts';

type StepSpec = readonly [Purpose, number, Finding];

/** Returns the search of a target with the given steps. A step that missed its objective has a p99 of 40 ms. */
export function searched(target: string, specs: readonly StepSpec[], end: SearchEnd = 'done', connections = 50) {
  const steps = specs.map(([purpose, rate, finding], i): RunStep => {
    const round = i + 1;
    const measured: Trial = {
      ...trial({ target, round, connections }),
      ...{ rate, arrivals: 'poisson' },
      latencyMicros: { response: latency(100 + rate / 100, finding === 'met' ? 500 + rate / 10 : 40_000) },
    };
    const reasons = finding === 'met' ? [] : [{ code: 'bound', message: 'p99<5ms was not kept: it was 40 ms' }];
    return { purpose, rate, finding, round, reasons, trial: measured };
  });
  const point = { target, transport: 'tcp', connections, work: null, cacheHit: 0 } as const;
  const capacity: Capacity = { ...point, ...conclude(steps, end) };
  return { capacity, trials: steps.map((step) => step.trial) };
}

const profile = (rate: number): StepSpec[] => [0.1, 0.5, 0.9].map((share) => ['profile', rate * share, 'met']);

export const bracketed = searched('async', [
  ['bracket', 16_000, 'met'],
  ['bracket', 32_000, 'missed'],
  ['confirm', 20_000, 'missed'],
  ['confirm', 19_050, 'met'],
  ...profile(19_050),
]);

export const limited = searched('epoll', [
  ['bracket', 64_000, 'met'],
  ['confirm', 64_000, 'met'],
  ['confirm', 67_200, 'limited'],
  ...profile(64_000),
]);

export const overwhelmed = searched('iterative', [['bracket', 10, 'missed']]);
export const failed = searched('cluster', [['bracket', 1000, 'met']], 'failure');

export function found(...searches: readonly ReturnType<typeof searched>[]): Result {
  const capacity = searches.map((each) => each.capacity);
  const plan = {
    ...result().plan,
    ...{ command: 'capacity', rounds: 1, models: capacity.map(({ target }) => target), connections: [50] },
    ...{ rate: 1000, durationSeconds: 2, warmupSeconds: 0.5 },
    arrivals: 'poisson' as const,
    capacity: { slos: ['p99<5ms'], mostErrors: 0.001, startRate: 1000, confirmSeconds: 10, budgetSeconds: 600 },
  };
  const trials = searches.flatMap((each) => each.trials);
  return result({ plan, capacity, trials, verdict: { statements: stateCapacities(capacity, ['p99<5ms']) } });
}
