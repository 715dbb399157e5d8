import { describe, expect, test } from 'vitest';
import { DemandControl } from '../../bench/load/engines/demand-control.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { TargetSelection } from '../../bench/load/targets/selection.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { assign } from './assignment.ts';

const S = 1e9;
const RATE = 1000;

/** An open loop of 1,000 arrivals/s that began a second ago; no connection has taken any of them. */
function overloaded({ targets = 1, refusing = [] as readonly number[] } = {}) {
  const point = { connections: 2 * targets };
  const pacer = {
    profile: { start: RATE, stages: [], holdMs: 0 },
    arrivals: 'constant',
    streamKey: { seed: 1 },
    thread: 0,
    threads: 1,
  } as const;
  const assignment: Assignment = { ...assign(point, { host: '127.0.0.1', port: 1 }), firstConnection: 0, pacer };
  const live = new LiveView();
  const state = new LoadState(point.connections, live, undefined, true);
  if (targets > 1) {
    const addresses = Array.from({ length: targets }, (_, i) => ({ host: '127.0.0.1', port: i + 1 }));
    state.targets = new TargetSelection(assignment, { addresses, policy: 'round-robin' });
    for (let c = 0; c < point.connections; c++) state.targets.assign(c);
    for (let c = 0; c < point.connections; c++) if (refusing.includes(c % targets)) state.targets.refused(c);
  }
  const control = new DemandControl(assignment, state);
  const begin = nowNanos() - S;
  control.begin(begin, begin + 10 * S);
  const dispatch = () => {
    for (let due = 0; due !== control.open?.nextDue && (control.open?.nextDue ?? 0) < begin + S; ) {
      due = control.open?.nextDue ?? 0;
      control.dispatch({ request: () => false });
    }
  };
  return { begin, control, state, live, dispatch };
}

describe('arrivals that find no free connection', () => {
  test('wait, and are dropped unsent and without a response time after the time-out', () => {
    const { begin, control, state, live, dispatch } = overloaded();
    dispatch();
    expect(state.counts).toMatchObject({ sent: 0, dropped: 0 });
    const queued = control.queued;
    expect(queued).toBeGreaterThanOrEqual(RATE);
    // The first 250 were due in the first quarter of a second.
    control.expire(begin + 0.25 * S);
    expect(state.counts).toMatchObject({ sent: 0, timedOut: 0, errors: 0, dropped: 250, noConnection: 250 });
    expect([control.queued, live.response.count, state.failures]).toEqual([queued - 250, 0, 250]);
  });

  test('are dropped when the load ends', () => {
    const { control, state, live, dispatch } = overloaded();
    dispatch();
    const queued = control.queued;
    control.abandon();
    expect(state.counts).toMatchObject({ sent: 0, timedOut: 0, dropped: queued, noConnection: queued });
    expect([control.queued, live.response.count]).toEqual([0, 0]);
  });

  test('count for their target', () => {
    const { begin, control, state, dispatch } = overloaded({ targets: 2 });
    dispatch();
    control.expire(begin + 0.1 * S);
    expect([0, 1].map((target) => state.targets?.tally(target).counts.dropped)).toEqual([50, 50]);
    expect(state.counts).toMatchObject({ sent: 0, dropped: 100 });
  });
});

describe('arrivals for a target that refuses all connections', () => {
  test('are dropped at once and count as arrivals, while those of the other target wait', () => {
    const { control, state, live, dispatch } = overloaded({ targets: 2, refusing: [1] });
    dispatch();
    const { dropped } = state.counts;
    expect(dropped).toBeGreaterThanOrEqual(RATE / 2);
    expect(Math.abs(dropped - control.queued)).toBeLessThanOrEqual(1);
    expect(state.counts).toMatchObject({ sent: 0, errors: 0, refused: dropped, noConnection: 0 });
    expect(state.targets?.tally(1).counts).toMatchObject({ sent: 0, errors: 0, dropped });
    expect(live.response.count).toBe(0);
    expect(state.arrivals?.gaps().length).toBeGreaterThan(0);
  });
});
