import { describe, expect, test } from 'vitest';
import { lookAt, type MetricDifferences, minimumDetectableChange } from '../../../bench/stats/regression.ts';
import { seeded } from '../../seeded.ts';

const margins = { tolerated: 0.01, detected: 0.05 };
const look = { sessions: 10, alpha: 0.004 };

/** Returns ten sessions around a change, symmetrically and without ties. */
function around(change: number, scatter = 0.002): number[] {
  return Array.from({ length: 10 }, (_, i) => Math.log1p(change) + scatter * (i - 4.5 + 0.01 * i * i - 0.3));
}

function metric(name: string, differences: readonly number[]): MetricDifferences {
  return { metric: name, margins, differences };
}

function verdict(...metrics: MetricDifferences[]) {
  return lookAt(metrics, look, false).verdict;
}

describe('a look', () => {
  test('finds a metric that is worse by more than the tolerated margin', () => {
    const { verdict, metrics } = lookAt([metric('cpu', around(0.06)), metric('p50', around(0))], look, false);
    expect(verdict).toBe('regressed');
    expect(metrics.map(({ finding }) => finding)).toEqual(['regressed', 'within']);
    expect(metrics[0]?.change).toBeCloseTo(0.06, 2);
    expect(metrics[0]?.interval.low).toBeGreaterThan(margins.tolerated);
  });

  test('passes when every metric is below the detected margin', () => {
    expect(verdict(metric('cpu', around(0)), metric('p50', around(0.001)))).toBe('pass');
    expect(verdict(metric('cpu', around(-0.2)))).toBe('pass');
  });

  test('continues while it is undecided, and is then inconclusive', () => {
    const metrics = [metric('cpu', around(0)), metric('p50', around(0.03, 0.02))];
    expect(lookAt(metrics, look, false).verdict).toBe('continue');
    expect(lookAt(metrics, look, true).verdict).toBe('inconclusive');
  });

  test('does not find changes within the tolerated margin', () => {
    expect(verdict(metric('cpu', around(0.009)))).not.toBe('regressed');
  });

  test('needs stronger evidence for each metric the more there are', () => {
    // Nine of ten sessions agree, and the tenth is closest to the margin: p = 2/1024.
    const almost = around(0.06).map((difference, i) => (i === 0 ? Math.log1p(0.01) - 0.0001 : difference));
    expect(verdict(metric('cpu', almost))).toBe('regressed');
    expect(verdict(metric('cpu', almost), ...['a', 'b', 'c'].map((name) => metric(name, around(0.02, 0.02))))).toBe(
      'continue',
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'does not pass with a metric that could not be estimated: %d',
    (unknown) => {
      const missing = metric('p99', [...around(0).slice(1), unknown]);
      expect(verdict(metric('cpu', around(0)), missing)).toBe('continue');
      expect(lookAt([missing], look, true)).toMatchObject({
        verdict: 'inconclusive',
        metrics: [{ finding: 'not-estimable' }],
      });
    },
  );

  test('does not pass without sessions or metrics', () => {
    expect(lookAt([metric('cpu', [])], look, true).verdict).toBe('inconclusive');
    expect(lookAt([], look, true).verdict).toBe('inconclusive');
  });

  test('with swapped programs reports an improvement instead of a regression', () => {
    const swapped = lookAt(
      [
        metric(
          'cpu',
          around(0.06).map((difference) => -difference),
        ),
      ],
      look,
      false,
    );
    expect(swapped.verdict).toBe('pass');
    expect(swapped.metrics[0]?.change).toBeCloseTo(-0.0566, 2);
  });
});

test('without Holm’s procedure, the false alarms of eight metrics add up', () => {
  const random = seeded(1);
  const counts = { together: 0, alone: 0 };
  const runs = 2000;
  for (let run = 0; run < runs; run++) {
    // No metric is worse by more than is tolerated; each scatters around exactly that margin.
    const metrics = Array.from({ length: 8 }, (_, i) =>
      metric(
        `${i}`,
        Array.from({ length: 14 }, () => Math.log1p(margins.tolerated) + random() - 0.5),
      ),
    );
    if (verdict(...metrics) === 'regressed') counts.together++;
    if (metrics.some((each) => verdict(each) === 'regressed')) counts.alone++;
  }
  expect(counts.together / runs).toBeLessThan(2 * look.alpha);
  expect(counts.alone / runs).toBeGreaterThan(4 * look.alpha);
});

test('the minimum detectable change grows with the scatter', () => {
  const small = minimumDetectableChange(metric('cpu', around(0, 0.001)), 0.004);
  const large = minimumDetectableChange(metric('cpu', around(0, 0.01)), 0.004);
  expect(small).toBeGreaterThan(margins.tolerated);
  expect(large).toBeGreaterThan(2 * small);
  expect(minimumDetectableChange(metric('cpu', [0, 0.1]), 0.004)).toBe(Number.POSITIVE_INFINITY);
});
