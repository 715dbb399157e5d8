import { describe, expect, test } from 'vitest';
import { shareOf } from '../../bench/load/threads/assignment.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { leftOut, whyNotMeasured } from '../../bench/model/left-out.ts';
import { givingCpus, placeOnCpus } from '../../bench/run/placement.ts';
import { planRounds, type TrialSpec } from '../../bench/run/planner.ts';
import { median } from '../../bench/stats/median.ts';
import { shuffled } from '../../bench/stats/shuffled.ts';
import { seeded } from '../seeded.ts';
import { configuration } from './configurations.ts';

const { targets } = configuration;
const planTrials = (planned: RunConfiguration) => [...planRounds(planned)].flat();
const model = ({ target }: TrialSpec) => (target.kind === 'model' ? target.model : '');
const block = ({ round, transport, connections }: TrialSpec) => `${round} ${transport} ${connections}`;

describe('a plan', () => {
  const trials = planTrials(configuration);

  test('contains every target once at every operating point of every round', () => {
    expect(trials).toHaveLength(3 * 2 * 2 * 5);
    expect(new Set(trials.map((trial) => `${block(trial)} ${model(trial)}`)).size).toBe(60);
  });

  test('contains further scenarios in addition', () => {
    const work = 'io:5ms';
    const scenarios = [{ transports: ['udp'], connections: [7], work, cacheHit: 0 }] as const;
    const more = planTrials({ ...configuration, scenarios });
    expect(more).toHaveLength(trials.length + 3 * 5);
    const further = more.filter((trial) => trial.work === work);
    expect(new Set(further.map(block)).size).toBe(5);
    for (const { transport, connections } of further) expect([transport, connections]).toEqual(['udp', 7]);
  });

  test('gives a further scenario its own app', () => {
    const scenarios = [{ app: 'http', transports: ['tcp'], connections: [7], work: null, cacheHit: 0 }] as const;
    const more = planTrials({ ...configuration, scenarios });
    expect(more).toHaveLength(trials.length + 3 * 5);
    expect(more.filter(({ app }) => app === 'http').every(({ connections }) => connections === 7)).toBe(true);
    expect(more.filter(({ app }) => app === 'echo')).toHaveLength(trials.length);
  });

  test('keeps the targets of a block together in every round', () => {
    for (let i = 0; i < trials.length; i += 3) {
      const three = trials.slice(i, i + 3);
      expect(new Set(three.map(block)).size).toBe(1);
      expect(new Set(three.map(model)).size).toBe(3);
    }
    expect(trials.map(({ round }) => round)).toEqual([...trials.map(({ round }) => round)].sort((a, b) => a - b));
  });

  test('is equal for equal seeds, and differs for others', () => {
    expect(planTrials(configuration)).toEqual(trials);
    expect(planTrials({ ...configuration, seed: 43 })).not.toEqual(trials);
  });

  test('leaves out what a model does not serve, and reports it', () => {
    const partly: RunConfiguration = { ...configuration, targets: [...targets, { kind: 'model', model: 'balanced' }] };
    const plan = planTrials(partly);
    expect(plan).toHaveLength((3 * 2 + 1) * 2 * 5);
    expect(plan.filter((trial) => model(trial) === 'balanced').every(({ transport }) => transport === 'tcp')).toBe(
      true,
    );
    expect(leftOut(partly)).toEqual([
      { code: 'left-out', message: expect.stringMatching(/^balanced was not measured over udp: datagrams/) },
    ]);
    expect(leftOut(configuration)).toEqual([]);
  });

  test.each([
    ['serve {port}', 'unix', 'its command has no {path}'],
    ['serve {path}', 'tcp', 'its command has no {port}'],
    ['serve {port}', 'udp', 'its command has no {transport}'],
    ['serve {path}', 'unix', undefined],
    ['serve {port} {path}', 'tcp', undefined],
    ['serve {port} {transport}', 'udp', undefined],
  ] as const)('measures the command %s over %s: %s', (command, transport, why) => {
    const target = { kind: 'exec', name: 'own', command, startLimitMs: 1 } as const;
    expect(whyNotMeasured(target, configuration, transport)).toBe(why);
  });

  test('does not favour any position in a block', () => {
    const first = planTrials({ ...configuration, rounds: 300 }).filter((_, i) => i % 3 === 0);
    for (const name of ['iterative', 'async', 'cluster']) {
      const share = first.filter((trial) => model(trial) === name).length / first.length;
      expect(share).toBeCloseTo(1 / 3, 1);
    }
  });
});

describe('placement', () => {
  const automatic = { serverCpus: null, loadCpus: null, threads: null };

  test('shares fewer than four CPUs, with a warning', () => {
    const placement = placeOnCpus([0, 1], automatic);
    expect(placement).toMatchObject({ serverCpus: [], loadCpus: [], threads: 1 });
    expect(placement.warnings.map(({ code }) => code)).toEqual(['cpus-shared']);
  });

  test('splits four or more CPUs, with one generator thread for each CPU of the load', () => {
    expect(placeOnCpus([0, 1, 2, 3, 6], automatic)).toEqual({
      serverCpus: [0, 1, 2],
      loadCpus: [3, 6],
      threads: 2,
      warnings: [],
    });
  });

  test('follows explicit settings', () => {
    expect(placeOnCpus([0, 1], { serverCpus: [0], loadCpus: [1], threads: 3 })).toEqual({
      serverCpus: [0],
      loadCpus: [1],
      threads: 3,
      warnings: [],
    });
  });

  test('keeps the automatic half off the CPUs that were set for the other side', () => {
    expect(placeOnCpus([0, 1, 2, 3], { ...automatic, loadCpus: [1] }).serverCpus).toEqual([0]);
  });

  test('refuses CPUs that do not exist', () => {
    const requested = { ...automatic, serverCpus: [1, 2, 3], loadCpus: [2000] };
    const refused = {
      faults: [
        'server-cpus: this process may not use CPU 3: it may use 1,2',
        'load-cpus: this process may not use CPU 2000: it may use 1,2',
      ],
    };
    expect(() => placeOnCpus([1, 2], requested)).toThrow(expect.objectContaining(refused));
  });

  test('warns about the same CPUs on both sides', () => {
    const placement = placeOnCpus([0, 1, 2, 3], { serverCpus: [0, 1], loadCpus: [1], threads: null });
    expect(placement.warnings).toHaveLength(1);
  });
});

test('connections are divided evenly and without gaps', () => {
  for (const [connections, threads] of [
    [10, 3],
    [3, 3],
    [7, 1],
    [128, 5],
  ] as const) {
    const shares = Array.from({ length: threads }, (_, i) => shareOf(connections, threads, i));
    expect(shares.reduce((sum, { count }) => sum + count, 0)).toBe(connections);
    for (const [i, { first }] of shares.entries()) {
      expect(first).toBe(shares.slice(0, i).reduce((sum, { count }) => sum + count, 0));
    }
    const counts = shares.map(({ count }) => count);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

describe('random numbers', () => {
  test('are in [0, 1) with mean 1/2', () => {
    const random = seeded(7);
    const values = Array.from({ length: 10_000 }, random);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.5, 1);
  });

  test('shuffle items without losing any', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const copy = shuffled(items, seeded(3));
    expect(copy).not.toEqual(items);
    expect([...copy].sort()).toEqual(items);
  });
});

test.each([
  [[3], 3],
  [[1, 2], 1.5],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, middle) => expect(median(values)).toBe(middle));

describe('CPUs of servers in a CPU sweep', () => {
  const requested = { serverCpus: null, loadCpus: null, threads: null };

  test.each([
    ['are the first ones', [0, 1, 2, 3], requested, 2, [0, 1], [2, 3]],
    ['leave none for the load if there are no more', [0, 1], requested, 2, [0, 1], []],
    ['exclude those of the load', [0, 1, 2], { ...requested, loadCpus: [0] }, 2, [1, 2], [0]],
    ['are taken from those that were set', [0, 1, 2, 3], { ...requested, serverCpus: [3, 2] }, 1, [3, 2], [0, 1]],
  ])('%s', (_, allowed, wished, most, serverCpus, loadCpus) => {
    expect(givingCpus(allowed, wished, most)).toEqual({ serverCpus, loadCpus, threads: null });
  });

  test('create separate operating points', () => {
    const scenarios = [{ transports: ['tcp'], connections: [1, 16], work: null, cacheHit: 0, cpus: 2 }] as const;
    const plan = planTrials({ ...configuration, transports: ['tcp'], rounds: 1, cpus: 1, scenarios });
    const points = plan.map((trial) => `${block(trial)} ${trial.cpus}`);
    expect(new Set(points)).toEqual(new Set(['1 tcp 1 1', '1 tcp 16 1', '1 tcp 1 2', '1 tcp 16 2']));
    expect(plan).toHaveLength(12);
  });
});
