import { describe, expect, test } from 'vitest';
import { DemandControl } from '../../bench/load/engines/demand-control.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { TargetSelection } from '../../bench/load/targets/selection.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import type { SelectPolicy } from '../../bench/model/select-policy.ts';
import type { StreamKey } from '../../servers/random/streams.ts';
import { assign } from './assignment.ts';

/** Returns one thread's part of a load of Poisson arrivals at 400/s. */
function load(streamKey: StreamKey, thread = 0, threads = 1): Assignment {
  const profile = { start: 400, stages: [], holdMs: 0 };
  return {
    ...assign({ connections: 4 }, { host: '127.0.0.1', port: 1 }),
    ...{ streamKey, thread, threads, firstConnection: 4 * thread },
    pacer: { profile, arrivals: 'poisson', streamKey, thread, threads },
  };
}

/** Returns the demand of the load on two equal targets. It begins at time 0. */
function demandOn(assignment: Assignment, policy: SelectPolicy = 'random'): DemandControl {
  const state = new LoadState(4, new LiveView(), undefined, true);
  const addresses = [1, 2].map((port) => ({ host: '127.0.0.1', port }));
  state.targets = new TargetSelection(assignment, { addresses, policy });
  for (let c = 0; c < 4; c++) state.targets.assign(c);
  return new DemandControl(assignment, state);
}

/** Returns the arrival times at each target when no request waits: the clock is always at the next arrival. */
function arrivalsAt(demand: DemandControl, count: number): [number[], number[]] {
  const times: [number[], number[]] = [[], []];
  demand.begin(0, 1e15);
  for (let i = 0; i < count; i++) {
    const { open } = demand;
    if (open === undefined) throw new Error('the load is closed');
    open.select();
    times[open.target as 0 | 1].push(open.nextDue);
    open.advance();
  }
  return times;
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

/** Returns the variance over the square of the mean: 1 for a Poisson process, 0 for constant gaps. */
function squaredVariation(gaps: readonly number[]): number {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length / mean ** 2;
}

/** Returns the correlation of each gap with the one after it. */
function serialCorrelation(gaps: readonly number[]): number {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  return gaps.slice(1).reduce((sum, gap, i) => sum + (gap - mean) * ((gaps[i] as number) - mean), 0) / variance;
}

const ARRIVALS = 200_000;

describe('Poisson arrivals at two equal targets', () => {
  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [7, 40],
  ])('are a Poisson process of half the rate at each target under random choice: seed %d, round %d', (seed, round) => {
    for (const times of arrivalsAt(demandOn(load({ seed, round })), ARRIVALS)) {
      const gaps = gapsOf(times);
      // For 100,000 exponential gaps the standard deviations are 0.9 %, 0.3 %, and 0.2 %. Each limit is four of them.
      expect(Math.abs(squaredVariation(gaps) - 1)).toBeLessThan(0.036);
      expect(Math.abs(serialCorrelation(gaps))).toBeLessThan(0.013);
      expect(Math.abs(times.length / ARRIVALS - 0.5)).toBeLessThan(0.0045);
    }
  });

  test('are a Poisson process also when several threads generate them', () => {
    const parts = [0, 1, 2].map((thread) => arrivalsAt(demandOn(load({ seed: 3, round: 1 }, thread, 3)), ARRIVALS / 3));
    for (const target of [0, 1] as const) {
      const merged = parts.flatMap((times) => times[target]).sort((a, b) => a - b);
      // The threads end at different times, so some of them are missing from the last twentieth.
      const gaps = gapsOf(merged.slice(0, -merged.length / 20));
      expect(Math.abs(squaredVariation(gaps) - 1)).toBeLessThan(0.037);
    }
  });

  test('alternate under round robin, which halves the variation', () => {
    for (const times of arrivalsAt(demandOn(load({ seed: 1, round: 1 }), 'round-robin'), ARRIVALS)) {
      expect(Math.abs(squaredVariation(gapsOf(times)) - 0.5)).toBeLessThan(0.02);
    }
  });
});

describe('arrivals of load windows', () => {
  const window = (demand: DemandControl) => arrivalsAt(demand, 50).flat();

  test('differ from window to window and are the same for every program of a session', () => {
    const key = { seed: 9, session: 4 };
    const [a, b] = [demandOn(load(key)), demandOn(load(key))];
    const windows = [0, 1, 2, 3].map(() => window(a));
    expect([0, 1, 2, 3].map(() => window(b))).toEqual(windows);
    expect(new Set(windows.map(String)).size).toBe(4);
  });

  test('differ from session to session and from round to round', () => {
    const keys = [{ seed: 9 }, { seed: 9, session: 1 }, { seed: 9, session: 2 }, { seed: 9, round: 1 }];
    expect(new Set(keys.map((key) => String(window(demandOn(load(key)))))).size).toBe(4);
  });

  test('do not repeat those of the warm-up when the number of requests is limited', () => {
    const demand = demandOn({ ...load({ seed: 9 }), requests: 60 });
    const warmUp = window(demand);
    demand.limit(0, 0);
    const { open } = demand;
    const measured = Array.from({ length: 50 }, () => {
      const due = open?.nextDue ?? 0;
      open?.advance();
      return due;
    });
    expect(measured).not.toEqual(warmUp.sort((x, y) => x - y));
  });
});
