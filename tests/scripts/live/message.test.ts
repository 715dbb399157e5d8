import { describe, expect, test } from 'vitest';
import type { MeasurementEvent } from '../../../bench/model/event.ts';
import { initialState, reduce } from '../../../scripts/live/live-state.ts';
import { type Message, messagesOf, snapshotOf } from '../../../scripts/live/page/message.ts';
import { checkResult, checkSessions } from '../../reports/checks.ts';
import { result } from '../../reports/results.ts';
import { started, startedWith, stateAfter, trialEvents } from './events.ts';

/** What a page shows that has applied messages, as its script does. */
function shown(messages: readonly Message[]): Record<string, unknown> {
  const page: Record<string, unknown> = {};
  for (const message of messages) {
    if (message.kind === 'chart') page[message.chart.id] = message.chart;
    else if (message.kind === 'board') page[message.board.title] = message.board;
    else if (message.kind === 'point') {
      const { points, ...chart } = page[message.id] as { points: unknown[] };
      page[message.id] = { ...chart, points: [...points, message.point] };
    } else page[message.kind] = message;
  }
  return page;
}

const { sessions, looks, ...check } = checkResult();
const runs: readonly [string, readonly MeasurementEvent[]][] = [
  ['a comparison', [started(), ...trialEvents(1, 0), ...trialEvents(2, 2, { connections: 4 }), ...trialEvents(3, 4)]],
  [
    'a check',
    [
      startedWith({ ...check, sessions: [], looks: [] }),
      ...sessions.map((session, i) => ({ event: 'session' as const, seconds: i, session })),
      ...looks.map((look) => ({ event: 'look' as const, seconds: 10, look })),
      { event: 'sessions-discarded', seconds: 11 },
      ...checkSessions(2).map((session) => ({ event: 'session' as const, seconds: 12, session })),
    ],
  ],
];

describe.each(runs)('of %s', (_, events) => {
  test('a page that receives each change shows what one does that comes late', () => {
    const messages: Message[] = [];
    let state = initialState;
    for (const event of events) {
      state = reduce(state, event);
      messages.push(...messagesOf(event, state));
    }
    const late = snapshotOf(state, events.at(-1)?.seconds ?? 0);
    expect(shown(messages)).toMatchObject(shown(late));
  });
});

test('levels of one scenario are a curve over connections, each target with its median', () => {
  const state = stateAfter(
    started(),
    ...trialEvents(1, 0),
    ...trialEvents(2, 2, { connections: 4, target: 'epoll' }),
    ...trialEvents(3, 4, { connections: 4 }),
  );
  expect(shown(snapshotOf(state, 6))['curve echo over tcp']).toMatchObject({
    ...{ names: ['epoll', 'event-driven'], isLogarithmic: true },
    points: [
      { x: 4, ys: [10_000, 10_000] },
      { x: 16, ys: [null, 10_000] },
    ],
  });
});

test('a load one way shows its bytes', () => {
  const upload = started({ plan: { ...result().plan, workload: 'upload' } });
  const page = shown(snapshotOf(stateAfter(upload, ...trialEvents(1, 0)), 2));
  expect(page.bytes).toMatchObject({ points: [{ x: 1.5, ys: [0.64] }] });
  expect(page.rate).toBeUndefined();
});

test('a search shows the latency of its trials over their rates', () => {
  const capacity = { slos: ['p99<5ms'], mostErrors: 0.001, startRate: 1000, confirmSeconds: 10, budgetSeconds: 600 };
  const at = (rate: number, target: string): MeasurementEvent[] =>
    trialEvents(rate, 0, { target }).map((event) =>
      event.event === 'trial-ended' ? { ...event, trial: { ...event.trial, rate } } : event,
    );
  const begun = started({ plan: { ...result().plan, command: 'capacity', capacity } });
  const { search } = shown(
    snapshotOf(stateAfter(begun, ...at(2000, 'epoll'), ...at(1000, 'epoll'), ...at(1000, 'async')), 9),
  );
  expect(search).toMatchObject({
    names: ['async', 'epoll'],
    points: [
      { x: 1000, ys: [2, 2] },
      { x: 2000, ys: [null, 2] },
    ],
  });
});

test('latencies are in milliseconds, and missing where nothing was answered', () => {
  const [, , sample] = trialEvents(1, 0);
  if (sample?.event !== 'sample') throw new Error('no sample');
  const silent = { ...sample, seconds: 2, sample: { ...sample.sample, p50: 0, p99: 0 } };
  const { latency } = shown(snapshotOf(stateAfter(started(), sample, silent), 3));
  expect(latency).toMatchObject({
    points: [
      { x: 1.5, ys: [0.5, 2] },
      { x: 2, ys: [null, null] },
    ],
  });
});

test('a session shows how much more B cost, in percent', () => {
  const [session] = checkSessions(1);
  if (session === undefined) throw new Error('no session');
  const costs = {
    a: { throughput: 0, cpu: 1, p50: 2, p99: null },
    b: { throughput: Math.log(1.25), cpu: 1, p50: 2, p99: 3 },
  };
  const events = [
    startedWith({ ...check, sessions: [], looks: [] }),
    { event: 'session', seconds: 1, session: { ...session, costs } },
  ] as const;
  const { sessions: chart } = shown(snapshotOf(stateAfter(...events), 2));
  const [point] = (chart as { points: { ys: number[] }[] }).points;
  expect(point?.ys[0]).toBeCloseTo(25);
  expect(point?.ys.slice(1)).toEqual([0, 0, null]);
});
