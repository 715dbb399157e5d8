import { describe, expect, test } from 'vitest';
import { CHECK_SCHEMA } from '../../../bench/model/check-result.ts';
import { boardOf, boardsOf } from '../../../scripts/live/board.ts';
import { progressOf } from '../../../scripts/live/live-progress.ts';
import { checkResult } from '../../reports/checks.ts';
import { failure, latency, result } from '../../reports/results.ts';
import { started, startedWith, stateAfter, trialEvents } from './events.ts';

const fast = {
  throughput: { requestsPerSecond: 20_000, bytesPerSecond: 0 },
  latencyMicros: { response: latency(200, 900) },
};
const failed = { event: 'trial-failed', seconds: 5, number: 3, failure: failure({ target: 'cluster' }) } as const;

describe('the state after events', () => {
  test('contains the result as far as it is known', () => {
    const state = stateAfter(
      started(),
      ...trialEvents(1, 0),
      ...trialEvents(2, 2, { target: 'epoll', ...fast }),
      failed,
    );
    expect(state.result).toMatchObject({ trials: [{ target: 'event-driven' }, { target: 'epoll' }], failures: [{}] });
    expect(state.samples.map(({ number }) => number)).toEqual([1, 2]);
    expect(state.trial).toMatchObject({ number: 2, target: 'epoll', phase: 'measuring' });
    expect(state.notes).toEqual([expect.stringContaining('cluster failed: bind')]);
  });

  test('keeps no more than the latest seconds and notes', () => {
    const samples = Array.from({ length: 700 }, (_, i) => trialEvents(i + 1, i)[2]).filter(
      (event) => event !== undefined,
    );
    const state = stateAfter(started(), ...samples, ...Array.from({ length: 9 }, () => failed));
    expect(state.samples).toHaveLength(600);
    expect(state.samples.at(-1)?.number).toBe(700);
    expect(state.notes).toHaveLength(5);
  });

  test('of a check has its sessions, until they no longer count', () => {
    const { sessions, looks, pace, ...rest } = checkResult();
    const empty = startedWith({ ...rest, pace: null, sessions: [], looks: [] });
    const held = sessions.map((session, i) => ({ event: 'session' as const, seconds: i, session }));
    const look = looks.map((each) => ({ event: 'look' as const, seconds: 20, look: each }));
    const state = stateAfter(empty, { event: 'pace', seconds: 0, pace }, ...held, ...look);
    expect(state.result).toMatchObject({ schema: CHECK_SCHEMA, sessions, looks, pace });
    expect(boardOf(state)?.rows.map(({ cells }) => cells)).toEqual([
      ['throughput', '0.1 %', '-0.4 %', '0.6 %', 'within'],
      ['cpu', '-12 %', '-13 %', '-11 %', 'within'],
    ]);
    const early = stateAfter(empty, ...held.slice(0, 3));
    expect(boardOf(early)?.rows.map(({ cells }) => cells)).toEqual(
      ['throughput', 'cpu', 'p50'].map((metric) => [metric, '0.0 %', '0.0 %', '0.0 %', '3']),
    );
    const again = stateAfter(empty, ...held, { event: 'sessions-discarded', seconds: 21 });
    expect(again.result).toMatchObject({ sessions: [], looks: [] });
  });
});

describe('progress', () => {
  test('counts the trials, and estimates from those that are finished', () => {
    const first = stateAfter(started(), ...trialEvents(1, 0).slice(0, 2));
    // Planned: 0.2 s of warm-up, 0.5 s measured.
    expect(progressOf(first, 0.6)).toMatchObject({ title: 'bench, trial 1 of 4', share: 0.125, left: '4 s' });
    const second = stateAfter(started(), ...trialEvents(1, 0), ...trialEvents(2, 2).slice(0, 2));
    expect(progressOf(second, 3)).toMatchObject({ title: 'bench, trial 2 of 4', share: 0.375, left: '5 s' });
    expect(progressOf(second, 3).doing).toBe('event-driven, echo over tcp, 16 connections, round 1: measuring');
    const between = stateAfter(started(), ...trialEvents(1, 0), ...trialEvents(2, 2));
    expect(progressOf(between, 4)).toMatchObject({ title: 'bench, trial 2 of 4', share: 0.5, left: '4 s' });
    // A trial that takes longer than usual is not finished.
    expect(progressOf(second, 300).share).toBe(0.5);
  });

  test('ends with the measurement, and with the reason when it failed', () => {
    const failed = { seconds: 9, exitCode: 4, interrupted: false, statements: [], file: null, error: 'no server' };
    const state = stateAfter(started(), ...trialEvents(1, 0), { event: 'ended', ...failed });
    expect(progressOf(state, 9)).toEqual({ title: 'bench, trial 1 of 4', doing: 'ended', share: 1, left: null });
    expect(state.notes).toEqual(['no server']);
  });

  test('of a search ends with its budget', () => {
    const capacity = { slos: ['p99<5ms'], mostErrors: 0.001, startRate: 1000, confirmSeconds: 10, budgetSeconds: 600 };
    const [begun, ...rest] = trialEvents(1, 0);
    const state = stateAfter(
      started({ plan: { ...result().plan, command: 'capacity', capacity } }),
      ...(begun?.event === 'trial-started' ? [{ ...begun, total: null }] : []),
      ...rest,
    );
    expect(progressOf(state, 60)).toMatchObject({ title: 'capacity, trial 1', share: null, left: 'at most 9 min' });
  });

  test('of a check counts its sessions', () => {
    const whole = checkResult({ plan: { ...checkResult().plan, budgetMs: 300_000 } });
    const pace = {
      warmupMs: 1,
      rate: 1,
      rateWindowMs: 1,
      looks: [
        { sessions: 10, alpha: 0.01 },
        { sessions: 40, alpha: 0.05 },
      ],
    };
    const state = stateAfter(startedWith({ ...whole, pace }), {
      event: 'step',
      seconds: 1,
      doing: 'check: session 11',
    });
    expect(progressOf(state, 100)).toEqual({
      ...{ title: 'check, 10 sessions of at most 40', doing: 'check: session 11', share: 0.25 },
      left: 'at most 3 min 20 s',
    });
  });

  test('is nothing before the start', () => {
    expect(progressOf(stateAfter(), 0)).toMatchObject({ doing: 'starting', share: null });
    expect(boardOf(stateAfter())).toBeNull();
    expect(boardsOf(stateAfter())).toEqual([]);
  });
});

describe('the board', () => {
  const rounds = [100, 300, 200].map((requestsPerSecond, i) =>
    trialEvents(i + 1, i, { target: 'epoll', round: i + 1, throughput: { requestsPerSecond, bytesPerSecond: 0 } }),
  );

  test('has the medians of the place of the trial in progress, best first, and failures last', () => {
    const state = stateAfter(
      started(),
      ...rounds.flat(),
      failed,
      ...trialEvents(5, 9, { connections: 4 }),
      ...trialEvents(4, 5),
    );
    const board = boardOf(state);
    expect(board?.title).toBe('echo over tcp, 16 connections: medians of finished rounds');
    expect(board?.rows.map(({ cells }) => cells)).toEqual([
      ['event-driven', '10.0k', '2.00 ms', '0', '1'],
      ['epoll', '200', '2.00 ms', '0', '3'],
      ['cluster', 'failed', '–', '–', '0'],
    ]);
    expect(board?.rows.map(({ value }) => value)).toEqual([10_000, 200, null]);
  });

  test('there is one for each place', () => {
    const state = stateAfter(started(), ...trialEvents(1, 0), ...trialEvents(2, 2, { connections: 4 }));
    expect(boardsOf(state).map(({ connections }) => connections)).toEqual([16, 4]);
  });
});
