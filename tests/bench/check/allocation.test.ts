import { describe, expect, test } from 'vitest';
import { planSessions, whyNotEstimable } from '../../../bench/check/allocation.ts';
import type { PilotFindings } from '../../../bench/check/pilot.ts';
import type { Gate } from '../../../bench/check/plan.ts';
import { normal } from '../../../bench/lab/verify/noise.ts';
import { quickest, scatterOf, sessionsFor } from '../../../bench/stats/allocation.ts';
import { type GatedMetric, gatedMetrics } from '../../../bench/stats/gated-metrics.ts';
import { mean, variance } from '../../../bench/stats/mean.ts';
import { streamOf } from '../../../servers/random/streams.ts';

const all = Object.entries(gatedMetrics).map(([metric, margins]): Gate => ({ metric: metric as GatedMetric, margins }));
const calm = { between: 0.0001, within: 0.0004 };

function findings(variation: Partial<PilotFindings> = {}): PilotFindings {
  return {
    ...{ warmupMs: 700, unsteady: false, commonRate: { rate: 20_000, dropped: [] } },
    ...{ fullWindowMs: 200, rateWindowMs: 100 },
    scatters: { throughput: calm, cpu: calm, p50: calm, p99: calm },
    ...{ startMs: 300, fullOverheadMs: 2, rateOverheadMs: 2 },
    ...variation,
  };
}

const wanted = { gates: all, windowMs: 50, nullArm: false, maxSessions: null };

describe('scatter', () => {
  test('is separated into between and within sessions', () => {
    const random = streamOf('simulated server', { seed: 1 });
    const sessions = Array.from({ length: 400 }, () => {
      const own = 0.03 * normal(random);
      return Array.from({ length: 12 }, () => own + 0.1 * normal(random));
    });
    const { between, within } = scatterOf(sessions, 1e-9);
    expect(Math.sqrt(within)).toBeCloseTo(0.1, 2);
    expect(Math.sqrt(between)).toBeCloseTo(0.03, 2);
    // Both variances add up in the results of sessions.
    expect(variance(sessions.map(mean))).toBeCloseTo(between + within / 12, 5);
  });

  test('between sessions has a lower limit, as a few sessions cannot show less', () => {
    expect(
      scatterOf(
        [
          [1, 1, 1],
          [1, 1, 1],
        ],
        0.01,
      ).between,
    ).toBe(0.01);
    expect(scatterOf([], 0.01)).toEqual({ between: 0.01, within: 0 });
    expect(scatterOf([[Number.NaN, 1]], 0.01)).toEqual({ between: 0.01, within: 0 });
  });
});

test('the number of sessions for a distance follows the standard formula', () => {
  // (1.96 + 1.2816)² · 0.04 / 0.01
  expect(sessionsFor(0.04, 0.1, 0.025, 0.9)).toBe(43);
});

describe('an allocation', () => {
  test('with one metric is Cochran’s optimum', () => {
    const { between, within, startMs, windowMs } = { between: 1, within: 16, startMs: 4000, windowMs: 100 };
    const ways = Array.from({ length: 100 }, (_, i) => ({
      windows: i + 1,
      sessionMs: startMs + windowMs * (i + 1),
      sessions: 1000 * (between + within / (i + 1)),
    }));
    const best = quickest(ways, 1, 1, Number.POSITIVE_INFINITY);
    expect(best?.windows).toBeCloseTo(Math.sqrt((startMs / windowMs) * (within / between)), -0.5);
  });

  test('on a quiet machine has few windows, so that the first look comes early', () => {
    const planned = planSessions(findings(), wanted, 260_000);
    expect(planned).toMatchObject({ pace: { fullWindows: 4, rateWindows: 16 }, sessions: 26 });
  });

  test('has more windows for scatter within sessions, but not for scatter between sessions', () => {
    const of = (p99: { between: number; within: number }) =>
      planSessions(findings({ scatters: { throughput: calm, cpu: calm, p50: calm, p99 } }), wanted, 260_000);
    const within = of({ between: 0.0008, within: 2 });
    expect('pace' in within && within.pace.rateWindows).toBeGreaterThanOrEqual(24);
    expect(within).toMatchObject({ pace: { fullWindows: 4 } });
    expect(of({ between: 0.06, within: 0.01 })).toMatchObject({ pace: { rateWindows: 16 } });
  });

  test('leaves time for three looks when the budget allows it', () => {
    const noisy = { scatters: { throughput: calm, cpu: calm, p50: calm, p99: { between: 0.0008, within: 50 } } };
    const planned = planSessions(findings(noisy), wanted, 260_000);
    expect('sessions' in planned && planned.sessions).toBeGreaterThanOrEqual(18);
  });

  test('has enough response times for p99, and fewer when p99 is not gated on', () => {
    const slow = { commonRate: { rate: 1000, dropped: [] }, rateWindowMs: 500 };
    expect(planSessions(findings(slow), wanted, 600_000)).toMatchObject({ pace: { rateWindows: 24 } });
    expect(planSessions(findings(slow), { ...wanted, gates: all.slice(0, 3) }, 600_000)).toMatchObject({
      pace: { rateWindows: 4 },
    });
  });

  test('has no windows at a rate when there is no rate or no gate needs one', () => {
    for (const none of [{ commonRate: undefined, rateWindowMs: 0 }, {}]) {
      expect(planSessions(findings(none), { ...wanted, gates: all.slice(0, 2) }, 260_000)).toMatchObject({
        pace: { rate: 0, rateWindows: 0 },
      });
    }
  });

  test('keeps to the session limit, and plans fewer sessions for three programs than for two', () => {
    expect(planSessions(findings(), { ...wanted, maxSessions: 14 }, 260_000)).toMatchObject({ sessions: 14 });
    const [two, three] = [false, true].map((nullArm) => planSessions(findings(), { ...wanted, nullArm }, 260_000));
    expect(two).toMatchObject({ sessions: 26 });
    expect(three).toMatchObject({ sessions: 17 });
  });

  test('is refused in too short a budget, and the missing time is reported', () => {
    expect(planSessions(findings(), wanted, 20_000)).toEqual({
      why: expect.stringMatching(
        /^a session takes 9\.\d s, and the first look comes after 10 sessions: that takes 80 s more than/,
      ),
    });
  });
});

describe('a percentile', () => {
  const pace = (rate: number, rateWindowMs: number) => ({ rate, rateWindowMs, rateWindows: 16 });

  test('is estimated from enough response times', () => {
    expect(whyNotEstimable(all, pace(5000, 200))).toBeUndefined();
    expect(whyNotEstimable(all.slice(0, 2), pace(0, 0))).toBeUndefined();
  });

  test('is not estimated when servers are too slow, and the message suggests other gates', () => {
    expect(whyNotEstimable(all, pace(300, 1250))).toMatch(
      /^p99 can't be estimated.* has 6000 response times, but 10000 are needed\. .* --gate throughput,cpu,p50$/,
    );
    expect(whyNotEstimable(all, pace(0, 0))).toMatch(/^p50 and p99 can't .* --gate throughput,cpu$/);
    expect(whyNotEstimable(all.slice(3), pace(300, 1250))).toMatch(/gate on throughput and cpu$/);
  });
});
