import { describe, expect, test } from 'vitest';
import type { CheckPlan, Gate } from '../../../bench/check/plan.ts';
import { looksOf, Series, type SeriesHost } from '../../../bench/check/series.ts';
import type { SessionReading } from '../../../bench/check/session.ts';
import type { CheckLook } from '../../../bench/model/check-result.ts';
import { gatedMetrics } from '../../../bench/stats/gated-metrics.ts';
import { ALPHA, spentBy } from '../../../bench/stats/looks.ts';

const gates: readonly Gate[] = [{ metric: 'cpu', margins: gatedMetrics.cpu }];
const pace = {
  warmupMs: 700,
  fullWindowMs: 200,
  fullWindows: 4,
  rate: 0,
  rateWindowMs: 0,
  rateWindows: 0,
  sessionMs: 6000,
};

interface Session {
  readonly cpu: number;
  readonly drift?: number;
  readonly excluded?: string;
  readonly ofNull?: number;
}

/** Runs a series of sessions with the given results. Its time may be over after some of them. */
async function held(
  of: (i: number) => Session,
  { most = 24, until = Number.POSITIVE_INFINITY, nullArm = false, before = undefined as Series | undefined } = {},
) {
  const looks: CheckLook[] = [];
  let sessions = 0;
  let now = 0;
  const host: SeriesHost = {
    plan: { gates, nullArm } as CheckPlan,
    async session() {
      const { cpu, drift = 0, excluded, ofNull = 0 } = of(sessions++);
      if (sessions >= until) now = Number.POSITIVE_INFINITY;
      const costs = (value: number) => ({ throughput: 0, cpu: value, p50: 0, p99: 0 });
      const reading: SessionReading = {
        ...{ order: { places: ['a', 'b'] }, drift: { a: drift, b: 0 }, excluded },
        costs: { a: costs(0), b: costs(cpu), ...(nullArm && { null: costs(ofNull) }) },
      };
      return reading;
    },
    lookedAt: (look) => looks.push(look),
    heldAgainst: () => undefined,
    now: () => now,
  };
  const planned = looksOf(most, gates.length, before);
  const series = new Series(host, { name: 'check', pace, looks: planned, deadline: 1, besidesMs: 40_000 });
  return { end: await series.run(), looks, sessions, series };
}

const equal = (i: number) => ({ cpu: 0.001 * ((i % 5) - 2) });
const noisy = (i: number) => ({ cpu: 0.2 * ((i % 5) - 2) + 0.001 * i });
const worse = (i: number) => ({ cpu: 0.1 + 0.001 * i });

describe('a series of sessions', () => {
  test('passes equal programs and finds worse ones at the first look', async () => {
    expect(await held(equal)).toMatchObject({ sessions: 10, end: { outcome: 'pass' } });
    expect(await held(worse)).toMatchObject({ sessions: 10, end: { outcome: 'regressed', metrics: ['cpu'] } });
  });

  test('with much scatter runs to its last look, spends 1 %, and reports what would have decided it', async () => {
    const { end, looks, sessions } = await held(noisy);
    expect(sessions).toBe(24);
    expect(looks.map((look) => look.sessions)).toEqual([10, 14, 18, 24]);
    expect(spentBy(looks)).toBeCloseTo(ALPHA, 12);
    expect(end).toMatchObject({ outcome: 'inconclusive', needs: [{ metric: 'cpu', sessions: null, budgetMs: null }] });
    expect(end.why).toContain('a decision takes more than 82 sessions for cpu: use a calmer machine');
  });

  test('with little scatter reports the sessions and the budget that would have decided it', async () => {
    const { end } = await held((i) => ({ cpu: 0.04 * ((i % 5) - 2) + 0.001 * (i % 3) }), { most: 10 });
    const [need] = end.needs ?? [];
    expect(need?.sessions).toBeGreaterThan(12);
    expect(need?.sessions).toBeLessThan(82);
    expect(need?.budgetMs).toBe(Math.ceil((40_000 + 1.1 * (need?.sessions ?? 0) * 6000) / 60_000) * 60_000);
    expect(end.why).toMatch(/a decision takes about \d+ sessions for cpu: --budget \d+m$/);
  });

  test('whose time runs out between two looks has a last look at once, with the remaining alpha', async () => {
    const { end, looks } = await held(noisy, { until: 16 });
    expect(looks.map((look) => look.sessions)).toEqual([10, 14, 16]);
    expect(spentBy(looks)).toBeCloseTo(ALPHA, 12);
    expect(looks.at(-1)?.verdict).toBe('inconclusive');
    expect(end.outcome).toBe('inconclusive');
  });

  test('whose time runs out before ten sessions decides nothing', async () => {
    const { end, looks } = await held(worse, { until: 9 });
    expect(looks).toEqual([]);
    expect(end).toMatchObject({ outcome: 'inconclusive', why: expect.stringContaining('time budget ended') });
  });

  test('replaces excluded sessions with further ones, and is invalid only when it cannot', async () => {
    // Five of the first fifteen are too many; five of more than twenty are not.
    const early = (i: number) => ({ ...equal(i), ...(i < 5 && { excluded: 'steal' }) });
    expect(await held(early)).toMatchObject({ sessions: 23, end: { outcome: 'pass' } });
    const often = (i: number) => ({ ...equal(i), ...(i % 2 === 0 && { excluded: 'steal' }) });
    expect(await held(often)).toMatchObject({ sessions: 48, end: { outcome: 'invalid' } });
    expect(await held(often, { until: 30 })).toMatchObject({ sessions: 30, end: { outcome: 'invalid' } });
    const all = () => ({ cpu: 0, excluded: 'steal' });
    expect(await held(all)).toMatchObject({ sessions: 48, end: { outcome: 'invalid' } });
  });

  test('is invalid when A differs from its copy', async () => {
    const differing = (i: number) => ({ ...equal(i), ofNull: 0.02 + 0.001 * i });
    expect((await held(differing, { nullArm: true })).end).toMatchObject({
      outcome: 'invalid',
      why: expect.stringContaining('own copy'),
    });
    expect((await held(equal, { nullArm: true })).end.outcome).toBe('pass');
  });

  test('that is unsteady may be followed by another, which has the remaining looks and alpha', async () => {
    const later = (i: number) => ({ ...noisy(i), drift: i < 4 ? -0.03 : 0.03 });
    const { end, looks, series } = await held(later, { most: 82 });
    expect(end.outcome).toBe('unsteady');
    expect(looks.length).toBeGreaterThan(0);
    const again = await held(noisy, { most: 82, before: series });
    expect(again.looks[0]?.sessions).toBeGreaterThan(10);
    expect(looks.length + again.looks.length).toBeLessThanOrEqual(8);
    expect(spentBy(looks) + spentBy(again.looks)).toBeCloseTo(ALPHA, 12);
  });
});
