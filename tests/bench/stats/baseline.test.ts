import { describe, expect, test } from 'vitest';
import { BASELINE_ALPHA, judgeAgainstRuns, type MetricHistory, runsToPass } from '../../../bench/stats/baseline.ts';
import { studentQuantile } from '../../../bench/stats/student-distribution.ts';
import type { Random } from '../../../servers/random/streams.ts';
import { seeded } from '../../seeded.ts';

const margins = { tolerated: 0.01, detected: 0.05 };
/** Mean 0.1, standard deviation 0.0007906; one more run lies within 0.1 ± 0.003245 (one metric), ± 0.003987 (two). */
const recorded = [0.1, 0.101, 0.099, 0.1005, 0.0995];

function history(run: number, variation: Partial<MetricHistory> = {}): MetricHistory {
  return { metric: 'cpu', margins, recorded, run, ...variation };
}

function findingOf(...metrics: MetricHistory[]) {
  return judgeAgainstRuns(metrics).metrics[0]?.finding;
}

// scipy.stats.t.isf
test.each([
  [0.01, 1, 31.82051595377396],
  [0.01, 4, 3.746947387979197],
  [0.01 / 3, 4, 5.166800841562918],
  [0.005, 9, 3.2498355415921263],
  [0.025, 29, 2.045229642132704],
  [0.01 / 3, 1, 95.48947517111337],
  [0.45, 3, 0.1365981993536989],
])('%f of Student’s t with %i degrees of freedom is above %f', (tail, freedom, t) => {
  expect(studentQuantile(tail, freedom) / t).toBeCloseTo(1, 9);
});

describe('a run compared with recorded ones', () => {
  const above = (offset: number) => 0.1 + offset;

  test('has the prediction interval of one more run, which is wider for more metrics', () => {
    const [one] = judgeAgainstRuns([history(0.1)]).metrics;
    expect(one?.mean).toBeCloseTo(0.1, 12);
    expect(one?.halfWidth).toBeCloseTo(0.003244951624633732, 12);
    expect(judgeAgainstRuns([history(0.1), history(0.1)]).metrics[0]?.halfWidth).toBeCloseTo(0.003987263120022741, 12);
  });

  test.each([
    ['at the mean', 0, 'within'],
    ['much better', -0.3, 'within'],
    ['worse by the tolerated margin', Math.log1p(0.01), 'within'],
    ['at the end of the interval above the tolerated margin', Math.log1p(0.01) + 0.00324, 'within'],
    ['just above the end of that interval', Math.log1p(0.01) + 0.00325, 'regressed'],
    ['worse by the detected margin', Math.log1p(0.05), 'regressed'],
  ])('%s', (_, offset, finding) => {
    expect(findingOf(history(above(offset)))).toBe(finding);
  });

  const scattered = recorded.map((value) => 0.1 + 10 * (value - 0.1));

  test.each([
    ['too wide an interval to rule out the detected margin', 0.0175, 'open'],
    ['an interval below the detected margin', 0.0162, 'within'],
    ['worse by less than the scatter', 0.04, 'open'],
    ['worse by more than the scatter', 0.0425, 'regressed'],
  ])('with scattered recorded runs: %s', (_, offset, finding) => {
    expect(findingOf(history(above(offset), { recorded: scattered }))).toBe(finding);
  });

  test('needs stronger evidence for each metric the more there are', () => {
    const run = above(Math.log1p(0.01) + 0.0035);
    expect(findingOf(history(run))).toBe('regressed');
    expect(findingOf(history(run), history(0.1))).toBe('within');
  });

  test.each([
    [0, 'NaN'],
    [1, 'NaN'],
    [4, '0.0056'],
  ])('decides nothing with %i recorded runs', (count, halfWidth) => {
    const few = judgeAgainstRuns([history(9, { recorded: recorded.slice(0, count) }), history(0.1)]);
    expect(few).toMatchObject({ verdict: 'advisory', metrics: [{ finding: 'too-few-runs' }, { finding: 'within' }] });
    expect(few.metrics[0]?.halfWidth.toFixed(4)).toBe(halfWidth);
  });

  test('passes only when all metrics are within', () => {
    const open = history(0.1 + 0.0175, { recorded: scattered });
    const missing = history(Number.NaN);
    expect(judgeAgainstRuns([history(0.1), history(0.1)]).verdict).toBe('pass');
    expect(judgeAgainstRuns([history(0.1), open]).verdict).toBe('inconclusive');
    expect(judgeAgainstRuns([history(0.1), missing])).toMatchObject({
      verdict: 'inconclusive',
      metrics: [{}, { finding: 'not-estimable' }],
    });
    expect(judgeAgainstRuns([missing, open, history(0.2)]).verdict).toBe('regressed');
    expect(judgeAgainstRuns([]).verdict).toBe('inconclusive');
  });

  // Expected from scipy's quantiles, for three metrics.
  test.each([
    [0.002, 5],
    [0.01, 6],
    [0.02, null],
  ])('reports how many recorded runs a pass needs when they scatter by %f', (scatter, runs) => {
    const unit = recorded.map((value) => (value - 0.1) / Math.sqrt(6.25e-7));
    const like = history(0, { recorded: unit.map((value) => scatter * value) });
    expect(runsToPass(like, 3)).toBe(runs);
    expect(runsToPass({ ...like, recorded: [0] }, 3)).toBe(null);
  });
});

/** Returns a standard normal number, by the method of G. E. P. Box and M. E. Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Returns how often runs give a verdict. They scatter by 1 % in each of three metrics, and the new one is worse by
 * `worseBy`.
 */
function share(wanted: string, worseBy: number, runs: number, scatter = 0.01): number {
  const random = seeded(runs);
  const simulations = 8000;
  let count = 0;
  for (let i = 0; i < simulations; i++) {
    const metrics = [0, 1, 2].map(() =>
      history(Math.log1p(worseBy) + scatter * normal(random), {
        recorded: Array.from({ length: runs }, () => scatter * normal(random)),
      }),
    );
    if (judgeAgainstRuns(metrics).verdict === wanted) count++;
  }
  return count / simulations;
}

describe('simulated runs', { timeout: 60_000 }, () => {
  test.each([5, 12])(
    'that are worse by the tolerated margin cause alarms at the nominal rate after %i runs',
    (runs) => {
      const alarms = share('regressed', 0.01, runs);
      // Four standard errors of a share of 1 % in 8000.
      expect(Math.abs(alarms - BASELINE_ALPHA)).toBeLessThan(4 * Math.sqrt((0.01 * 0.99) / 8000));
    },
  );

  test('that are unchanged cause fewer alarms', () => {
    expect(share('regressed', 0, 8)).toBeLessThan(0.005);
  });

  test('that are worse by the detected margin never pass, and are found with enough runs', () => {
    expect(share('pass', 0.05, 8, 0.005)).toBeLessThan(0.001);
    expect(share('regressed', 0.05, 12, 0.005)).toBeGreaterThan(0.99);
  });
});
