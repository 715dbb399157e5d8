import { describe, expect, test } from 'vitest';
import type { Result } from '../../../bench/model/result.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { documentOf } from '../../../reports/sections/result-document.ts';
import { result, trial } from '../results.ts';
import { rampRun, uploadBench } from '../runs.ts';
import { sweep } from '../sweeps.ts';
import { chartOf, chartsOf, sectionIds, wordsOf } from './documents.ts';
import { comparison, samples, spread, timedRun } from './fixtures.ts';

const compared = documentOf(comparison());

describe('a comparison', () => {
  test('has its sections in reading order', () => {
    expect(sectionIds(compared)).toEqual([
      ...['verdict', 'leaderboard', 'throughput', 'latency', 'spectrum', 'lag', 'resources', 'fairness', 'errors'],
      ...['pairs', 'order', 'generator', 'environment'],
    ]);
  });

  test('shows ranks, ties, and who was not served', () => {
    const { rows } = chartOf(compared, 'intervals', 'leaderboard-1-tcp');
    const noteOf = (group: string, name: string) => rows.find((row) => row.group === group && row.name === name)?.note;
    expect(noteOf('8 connections', 'epoll')).toBe('rank 1–2');
    expect(noteOf('64 connections', 'async')).toBe('rank 2');
    expect(noteOf('64 connections', 'iterative')).toBe('1 of 64 served');
  });

  test('marks what the generator limited wherever it is drawn', () => {
    const at64 = chartOf(compared, 'lines', 'throughput-1-tcp').series.map(({ points }) => points.at(-1)?.doubt);
    expect(at64).toEqual(['doubtful in 12 of 12 rounds: generator-saturated', undefined, undefined]);
    const ends = chartOf(compared, 'lines', 'spectrum-1-tcp').series.map(({ points }) => points.at(-1)?.doubt);
    expect(ends).toEqual(at64);
    const { rows } = chartOf(compared, 'intervals', 'lag-1-tcp');
    expect(rows.filter(({ doubt }) => doubt !== undefined).map(({ group }) => group)).toEqual([
      'epoll',
      'epoll',
      'epoll',
    ]);
    expect(wordsOf(compared, 'generator')).toContain('12 of 72 trials are doubtful');
  });

  test('contains the interval of each median, and each round', () => {
    const [row] = chartOf(compared, 'intervals', 'leaderboard-1-tcp').rows;
    const sorted = [...(row?.samples ?? [])].sort((a, b) => a - b);
    expect(row).toMatchObject({ low: sorted[2], high: sorted[9] });
    const few = chartOf(documentOf(comparison(5)), 'intervals', 'leaderboard-1-tcp');
    expect(few.rows[0]).not.toHaveProperty('low');
    expect(few.caption).toContain('it takes 6 rounds');
  });

  test('compares each pair once, the one that is ahead with the one behind', () => {
    const { rowNames, cells } = chartOf(compared, 'matrix', 'pairs-speed-1-tcp');
    expect(rowNames).toEqual(['epoll', 'async']);
    expect(cells.map((row) => row.map((cell) => cell?.text))).toEqual([
      [undefined, '+33.4 %'],
      [undefined, undefined],
    ]);
    expect(cells[0]?.[1]?.detail).toMatch(/^epoll to async: \+33\.4 % \(95 %: \+32\.9 % to \+33\.7 %; p = \.0005\)$/);
  });

  test('contains the command that repeats it', () => {
    expect(wordsOf(compared, 'verdict')).toMatch(
      /^\$ sockbench bench --models epoll,async,iterative .* --seed 42 --no-config$/m,
    );
  });
});

test('two scenarios have charts of their own, named by them', () => {
  const udp = comparison(2).trials.map((each) => ({ ...each, transport: 'udp' as const }));
  const both = documentOf({ ...comparison(2), trials: [...comparison(2).trials, ...udp] });
  expect(chartsOf(both, 'leaderboard').map(({ title }) => title)).toEqual([
    'Requests answered per second: TCP',
    'Requests answered per second: UDP',
  ]);
});

test('percentiles are those of all requests of all rounds, and end where ten lie beyond', () => {
  const [fast, slow] = [spread(1, 100, 900), spread(10_001, 10_100, 100)];
  const trials = [fast, slow].map((response, i) => trial({ round: i + 1, latencyMicros: { response } }));
  const { series } = chartOf(documentOf(run({ trials })), 'lines', 'spectrum-1-tcp');
  const points = series[0]?.points ?? [];
  expect(points.find(({ x }) => x === 90)?.y).toBeCloseTo(100, 0);
  expect(points.at(-1)).toEqual({ x: 99, y: expect.closeTo(10_090, -1) });
  expect(series.map(({ name }) => name)).toEqual(['all rounds', 'round 1', 'round 2']);
});

test('a trial that is not valid is marked, also where the generator had nothing to do with it', () => {
  const reasons = [{ code: 'corrupted', message: '3 replies were corrupted' }];
  const valid = comparison(2).trials;
  const trials = valid.map((each, i) =>
    i === 0 ? { ...each, validity: { verdict: 'invalid' as const, reasons } } : each,
  );
  const document = documentOf({ ...comparison(2), trials });
  const [first] = chartOf(document, 'lines', 'throughput-1-tcp').series;
  expect(first?.points[0]?.doubt).toBe('invalid in 1 of 2 rounds: corrupted');
  expect(chartOf(document, 'lines', 'generator-utilization').series[0]?.points[0]?.doubt).toBe('invalid: corrupted');
  expect(wordsOf(document, 'verdict')).toContain('3 trials of 12 are doubtful, 1 of them invalid');
  expect(wordsOf(document, 'generator')).toMatch(/corrupted +1 +epoll +3 replies were corrupted/);
});

test('an objective is a line across the times that it bounds', () => {
  const rules = [{ axis: 'y', at: 5000, label: 'p99<5ms', tone: 'bad' }];
  expect(chartOf(documentOf(timedRun()), 'lines', 'spectrum-1-tcp').rules).toEqual(rules);
  const unknown = run({ thresholds: [{ text: 'p42<5ms', round: 1, unit: 'micros', observed: 1, kept: false }] });
  expect(wordsOf(documentOf(unknown), 'verdict')).toContain('Not kept: p42<5ms (in 1 of 1 judgements).');
});

describe('second by second', () => {
  test('few rounds have curves of their own', () => {
    const document = documentOf(timedRun());
    expect(chartsOf(document, 'timeline').map(({ id }) => id)).toEqual([
      ...['timeline-rate-1-tcp', 'timeline-latency-1-tcp', 'timeline-lag-1-tcp', 'timeline-errors-1-tcp'],
    ]);
    const { series } = chartOf(document, 'lines', 'timeline-rate-1-tcp');
    expect(series.map(({ name }) => name)).toEqual(['round 1', 'round 2', 'round 3']);
    expect(document.identities).toContain('round 1');
  });

  test('many rounds are one curve of medians', () => {
    const { trials } = timedRun();
    const many = Array.from({ length: 9 }, (_, i) => ({ ...(trials[i % 3] as (typeof trials)[0]), round: i + 1 }));
    const { series, caption } = chartOf(documentOf({ ...timedRun(), trials: many }), 'lines', 'timeline-rate-1-tcp');
    expect(series).toHaveLength(1);
    expect(series[0]?.points[0]?.y).toBe(10_002);
    expect(caption).toContain('median of the rounds');
  });

  test('a single round is named by its target, and a long one is merged', () => {
    const long = rampRun();
    const timeline = Array.from({ length: 3 }, (_, i) =>
      (long.trials[0]?.timeline ?? []).map((point) => ({ ...point, second: point.second + 61 * i })),
    ).flat();
    const trials = long.trials.map((each) => ({ ...each, timeline }));
    const { series } = chartOf(documentOf({ ...long, trials }), 'lines', 'timeline-latency-1-tcp');
    expect(series.map(({ name }) => name)).toEqual(['event-driven p99', 'event-driven p50']);
    expect(series[0]?.points).toHaveLength(92);
    expect(series[0]?.points.filter(({ y }) => y === 250_000)).toHaveLength(3);
  });
});

describe('a sweep', () => {
  const swept = documentOf(sweep());

  test('has a law with a band, knees, and what each connection costs', () => {
    const { series, rules = [] } = chartOf(swept, 'lines', 'throughput-1-tcp');
    const law = series.find(({ name }) => name === 'event-driven, law');
    expect(law).toMatchObject({ identity: 'event-driven', style: 'fit' });
    for (const { y, low, high } of law?.points ?? []) {
      expect(low).toBeLessThanOrEqual(y ?? 0);
      expect(high).toBeGreaterThanOrEqual(y ?? 0);
    }
    expect(rules.map(({ label }) => label)).toContain('knee: event-driven');
    const { rows } = chartOf(swept, 'intervals', 'memory-slope-1');
    expect(rows.find(({ name }) => name === 'event-driven')?.value).toBeCloseTo(6 * 1024, -2);
  });

  test('lists who leads where, and every sign of overload', () => {
    expect(wordsOf(swept, 'throughput')).toMatch(/Which leads where[\s\S]*1–16 +thread-per-connection/);
    expect(wordsOf(swept, 'throughput')).toMatch(/iterative +starved connections +2\niterative +errors +2/);
  });

  test('shows what more CPUs bring', () => {
    const gain = { transport: 'tcp', work: null, target: 'cluster', fromCpus: 1, toCpus: 2, times: 1.9 } as const;
    const cpuGains = [{ ...gain, low: 1.8, high: 1.95 }];
    expect(chartOf(documentOf({ ...sweep(2), cpuGains }), 'intervals', 'cpu-gains').rows).toEqual([
      { name: 'cluster', group: 'TCP: from 1 to 2 CPUs', value: 1.9, low: 1.8, high: 1.95 },
    ]);
  });

  test('is the same each time', () => {
    expect(documentOf(sweep())).toEqual(swept);
  });

  test('compares also what each target kept of its best rate', () => {
    expect(chartsOf(swept, 'pairs').map(({ id }) => id)).toEqual(['pairs-speed-1-tcp', 'pairs-retention-1-tcp']);
  });
});

describe('the order of trials', () => {
  test('shows a machine that becomes slower', () => {
    const slowing = comparison(4).trials.map((each, i) => {
      const requestsPerSecond = each.throughput.requestsPerSecond * (1 - i / 100);
      return { ...each, throughput: { ...each.throughput, requestsPerSecond } };
    });
    const document = documentOf({ ...comparison(4), trials: slowing });
    expect(wordsOf(document, 'order')).toMatch(/^Throughput fell as the run went on .* τ = -1\.00, p < \.001/);
    const { series } = chartOf(document, 'lines', 'trials-in-order');
    expect(series[0]?.points.map(({ x }) => x)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
  });

  test('is that of rounds in a long run, whose rounds are not drawn one by one elsewhere either', () => {
    const [first] = comparison(1).trials;
    const trials = Array.from({ length: 600 }, (_, i) => ({ ...(first as Trial), round: i + 1 }));
    const document = documentOf({ ...comparison(1), trials: [...trials, ...comparison(1).trials.slice(1)] });
    expect(chartOf(document, 'lines', 'rounds-in-order').series[0]?.points).toHaveLength(600);
    expect(chartsOf(document, 'generator')).toEqual([]);
    const { rows } = chartOf(document, 'intervals', 'leaderboard-1-tcp');
    expect(rows.map(({ samples }) => samples)).toEqual(rows.map(() => undefined));
  });

  test('is left out where each load was measured once', () => {
    expect(sectionIds(documentOf(comparison(1)))).not.toContain('order');
  });
});

test('sections without content are left out', () => {
  expect(sectionIds(documentOf(run({})))).toEqual([
    'verdict',
    'leaderboard',
    'fairness',
    'errors',
    'generator',
    'environment',
  ]);
  expect(sectionIds(documentOf(samples.failed))).toEqual(['verdict', 'environment']);
  expect(wordsOf(documentOf(samples.failed), 'verdict')).toMatch(
    /^Nothing was measured\.\nThese could not be measured:/,
  );
});

test('one-way loads are compared by their bytes, and have no response times', () => {
  const document = documentOf(uploadBench());
  expect(chartOf(document, 'intervals', 'leaderboard-1-tcp').x.unit).toBe('bytesPerSecond');
  expect(sectionIds(document)).not.toContain('latency');
  expect(chartOf(document, 'lines', 'cpu-time-for-each-gigabyte-1-tcp').y.unit).toBe('micros');
});

test('errors are listed by kind, with the first bad replies as they were', () => {
  const words = wordsOf(documentOf(timedRun()), 'errors');
  expect(words).toMatch(/event-driven +15\.0k +0\.0200 +1 +2/);
  expect(words).toContain('ERR <busy>\\r\\n');
  expect(wordsOf(documentOf(run({})), 'errors')).toBe('None: all 5,000 requests of 1 trial were answered as expected.');
});

/** Returns a run of one trial, with variations. */
function run(variation: Partial<Result>): Result {
  return result({ plan: { ...result().plan, command: 'run', rounds: 1 }, verdict: { statements: [] }, ...variation });
}
