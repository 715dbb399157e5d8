import { CHECK_SCHEMA, type CheckResult, type CheckSession } from '../../../bench/model/check-result.ts';
import type { MeasurementEvent } from '../../../bench/model/event.ts';
import { isOneWay } from '../../../bench/model/operating-point.ts';
import { type Board, boardOf, boardsOf, changesOf, sessionMetrics } from '../board.ts';
import { type LiveProgress, progressOf } from '../live-progress.ts';
import { type LiveState, type TimedSample, workloadOf } from '../live-state.ts';

/** A change of the page. The page's script applies it: see browser/live.js. */
export type Message =
  | { readonly kind: 'progress'; readonly progress: LiveProgress }
  | { readonly kind: 'notes'; readonly notes: readonly string[] }
  | { readonly kind: 'board'; readonly board: Board }
  /** Shows a chart, in place of one with the same id. */
  | { readonly kind: 'chart'; readonly chart: LiveChart }
  /** Appends a point to a chart. */
  | { readonly kind: 'point'; readonly id: string; readonly point: ChartPoint }
  /** The report is ready. */
  | { readonly kind: 'report' };

/** One value for each series; null where there is none. */
type Ys = readonly (number | null)[];

export interface ChartPoint {
  readonly x: number;
  readonly ys: Ys;
  /** Lines connect points of one part only: those of a trial. */
  readonly part?: number;
}

/** Curves over a common x. */
export interface LiveChart {
  readonly id: string;
  readonly title: string;
  readonly x: string;
  readonly isLogarithmic: boolean;
  readonly names: readonly string[];
  readonly points: readonly ChartPoint[];
}

const RATE = { id: 'rate', title: 'Requests per second', x: 'seconds', names: ['req/s'] };
const BYTES = { id: 'bytes', title: 'Throughput in MB/s', x: 'seconds', names: ['MB/s'] };
const LATENCY = { id: 'latency', title: 'Response times in ms', x: 'seconds', names: ['p50', 'p99'] };
const SESSIONS = {
  ...{ id: 'sessions', title: 'How much B cost more than A, in %', x: 'session', names: sessionMetrics },
};

/** Returns everything that a page shows, for one that knows nothing. @param now seconds since the measurement began. */
export function snapshotOf(state: LiveState, now: number): Message[] {
  const boards = boardsOf(state);
  return [
    { kind: 'progress', progress: progressOf(state, now) },
    { kind: 'notes', notes: state.notes },
    ...(state.result?.schema === CHECK_SCHEMA ? [sessionsChart(state.result)] : sampleCharts(state)),
    ...searchChart(state),
    ...boards.map((board): Message => ({ kind: 'board', board })),
    ...[...new Set(boards.map(({ scenario }) => scenario))].flatMap((scenario) => curveOf(boards, scenario)),
  ];
}

/** Returns what an event changes on the page. @param state the state after it. */
export function messagesOf(event: MeasurementEvent, state: LiveState): Message[] {
  const progress: Message = { kind: 'progress', progress: progressOf(state, event.seconds) };
  const notes: Message = { kind: 'notes', notes: state.notes };
  switch (event.event) {
    case 'started':
    case 'sessions-discarded':
      return snapshotOf(state, event.seconds);
    case 'sample':
      return [progress, ...sampled(event, isOneWay(workloadOf(state) ?? ''))];
    case 'trial-ended':
    case 'trial-failed':
      return [progress, notes, ...searchChart(state), ...changedBoard(state)];
    case 'capacity':
      return changedBoard(state);
    case 'look':
      return checkBoards(state);
    case 'session':
      return [progress, sessionPoint(event.session, state), ...checkBoards(state)];
    case 'warning':
    case 'ended':
      return [progress, notes];
    default:
      return [progress];
  }
}

function sampleCharts(state: LiveState): Message[] {
  const oneWay = isOneWay(workloadOf(state) ?? '');
  const points = state.samples.flatMap((sample) => sampled(sample, oneWay));
  return (oneWay ? [BYTES] : [RATE, LATENCY]).map((chart) => ({
    kind: 'chart',
    chart: {
      ...{ ...chart, isLogarithmic: false },
      points: points.filter(({ id }) => id === chart.id).map(({ point }) => point),
    },
  }));
}

type Point = Extract<Message, { kind: 'point' }>;

/** Returns the points of a second that was measured: its rate, and its latencies in milliseconds. */
function sampled({ seconds: x, number: part, sample }: TimedSample, oneWay: boolean): Point[] {
  if (oneWay) return [{ kind: 'point', id: BYTES.id, point: { x, part, ys: [(sample.bytesPerSecond ?? 0) / 1e6] } }];
  const millis = (micros: number) => (micros > 0 ? micros / 1000 : null);
  return [
    { kind: 'point', id: RATE.id, point: { x, part, ys: [sample.requestsPerSecond] } },
    { kind: 'point', id: LATENCY.id, point: { x, part, ys: [millis(sample.p50), millis(sample.p99)] } },
  ];
}

/** Returns the latency of a search's trials over their rates. */
function searchChart({ result }: LiveState): Message[] {
  if (result === null || result.schema === CHECK_SCHEMA || result.plan.capacity === undefined) return [];
  const trials = result.trials.flatMap(({ target, rate, latencyMicros: { response } }) =>
    rate === null || response.count === 0 ? [] : [{ target, rate, p99: response.p99 / 1000 }],
  );
  const names = [...new Set(trials.map(({ target }) => target))].sort();
  const rates = [...new Set(trials.map(({ rate }) => rate))].sort((a, b) => a - b);
  // Of several trials at one rate, the last one.
  const points = rates.map((x) => ({
    x,
    ys: names.map((name) => trials.findLast(({ target, rate }) => target === name && rate === x)?.p99 ?? null),
  }));
  const title = '99th percentile of response times in ms, by the rate of each trial';
  return [{ kind: 'chart', chart: { id: 'search', title, x: 'requests/s', isLogarithmic: true, names, points } }];
}

function sessionsChart({ sessions }: CheckResult): Message {
  const points = sessions.map((session, i) => ({ x: i + 1, ys: percentages(session) }));
  return { kind: 'chart', chart: { ...SESSIONS, isLogarithmic: false, points } };
}

function sessionPoint(session: CheckSession, { result }: LiveState): Message {
  const x = result?.schema === CHECK_SCHEMA ? result.sessions.length : 0;
  return { kind: 'point', id: SESSIONS.id, point: { x, ys: percentages(session) } };
}

function percentages(session: CheckSession): Ys {
  return changesOf(session).map((share) => share && share * 100);
}

function checkBoards(state: LiveState): Message[] {
  return boardsOf(state).map((board) => ({ kind: 'board', board }));
}

function changedBoard(state: LiveState): Message[] {
  const board = boardOf(state);
  if (board === null) return [];
  const alike = boardsOf(state).filter(({ scenario }) => scenario === board.scenario);
  return [{ kind: 'board', board }, ...curveOf(alike, board.scenario)];
}

/** Returns the curves of a scenario over connections; nothing for a single level. */
function curveOf(boards: readonly Board[], scenario: string): Message[] {
  const levels = boards
    .flatMap(({ connections, ...board }) =>
      connections !== null && board.scenario === scenario ? [{ ...board, connections }] : [],
    )
    .sort((a, b) => a.connections - b.connections);
  if (levels.length < 2) return [];
  const names = [...new Set(levels.flatMap(({ rows }) => rows.map(({ name }) => name)))].sort();
  const points = levels.map(({ connections, rows }) => ({
    x: connections,
    ys: names.map((name) => rows.find((row) => row.name === name)?.value ?? null),
  }));
  const chart = { id: `curve ${scenario}`, title: `Throughput, ${scenario}`, x: 'connections', isLogarithmic: true };
  return [{ kind: 'chart', chart: { ...chart, names, points } }];
}
