import type { Capacity } from '../../bench/model/capacity.ts';
import { CHECK_SCHEMA, type CheckLook, type CheckResult, type CheckSession } from '../../bench/model/check-result.ts';
import { isOneWay, mostConnections } from '../../bench/model/operating-point.ts';
import type { Failure, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { median } from '../../bench/stats/median.ts';
import { type Aggregate, aggregate } from '../../reports/tables/aggregate.ts';
import {
  formatByteRate,
  formatCount,
  formatMicros,
  formatPlural,
  formatShareOrNone,
  NONE,
} from '../../reports/text/quantities.ts';
import type { LiveState } from './live-state.ts';

/** What is known so far, side by side. */
export interface Board {
  /** Its scenario: the same for boards that differ in connections only. */
  readonly scenario: string;
  /** Null where it is no part of a curve. */
  readonly connections: number | null;
  readonly title: string;
  readonly columns: readonly string[];
  /** Best first, where there is an order. */
  readonly rows: readonly BoardRow[];
}

export interface BoardRow {
  /** One for each column. */
  readonly cells: readonly string[];
  /** Name of what it is about. */
  readonly name: string;
  /** The value that its bar shows; null for none. */
  readonly value: number | null;
}

/** Properties by which trials are on the same board. */
type Place = Pick<Trial, 'app' | 'transport' | 'work' | 'cacheHit' | 'cpus' | 'connections'>;

/** Returns the board to which the trial in progress belongs, or that of a search or a check; null before there is one. */
export function boardOf(state: LiveState): Board | null {
  const { result, trial } = state;
  if (!isOfTrials(result)) return boardsOf(state)[0] ?? null;
  return trial && trialsBoard(result, { ...trial.point, connections: mostConnections(trial.point) });
}

/** Returns all boards of a result: those of trials in the order in which they began. */
export function boardsOf({ result }: LiveState): Board[] {
  if (result === null) return [];
  if (result.schema === CHECK_SCHEMA) return checkBoards(result);
  const { capacity = [], plan } = result;
  if (plan.capacity !== undefined) return capacity.length > 0 ? [capacityBoard(capacity)] : [];
  const places = new Map([...result.trials, ...result.failures].map((outcome) => [placeKey(outcome), outcome]));
  return [...places.values()].map((place) => trialsBoard(result, place));
}

/** Reports whether trials of a result are compared with each other. Those of a search have different rates. */
function isOfTrials(result: LiveState['result']): result is Result {
  return result !== null && result.schema !== CHECK_SCHEMA && result.plan.capacity === undefined;
}

function scenarioWords(place: Place): string {
  const { app, transport, cpus } = place;
  const work = workWords(place);
  return [
    `${app} over ${transport}`,
    ...(work === null ? [] : [work]),
    ...(cpus === undefined ? [] : [`server on ${formatPlural(cpus, 'CPU')}`]),
  ].join(', ');
}

function placeKey(place: Place): string {
  return JSON.stringify([scenarioWords(place), place.connections]);
}

/** Boards of a result by place: a frame is drawn several times a second, and trials end less often. */
const known = new WeakMap<Result, Map<string, Board>>();

/** Returns the medians over finished rounds of the targets in one place. */
function trialsBoard(result: Result, place: Place): Board {
  const boards = known.get(result) ?? new Map<string, Board>();
  known.set(result, boards);
  const key = placeKey(place);
  const board = boards.get(key) ?? makeBoard(result, place);
  boards.set(key, board);
  return board;
}

function makeBoard({ trials, failures, plan }: Result, place: Place): Board {
  const key = placeKey(place);
  const isHere = (outcome: Trial | Failure) => placeKey(outcome) === key;
  const here = { trials: trials.filter(isHere), failures: failures.filter(isHere) };
  const oneWay = isOneWay(plan.workload);
  const aggregates = aggregate({ ...here } as Result).flatMap((each) => each.aggregates);
  const speedOf = ({ values }: Aggregate) => values[oneWay ? 'bytes' : 'rate'];
  const scenario = scenarioWords(place);
  return {
    scenario,
    connections: place.connections,
    title: `${scenario}, ${formatPlural(place.connections, 'connection')}: medians of finished rounds`,
    columns: ['target', oneWay ? 'throughput' : 'req/s', 'p99', 'errors', 'rounds'],
    rows: aggregates
      .sort((a, b) => (speedOf(b) ?? -1) - (speedOf(a) ?? -1))
      .map((each) => {
        const value = speedOf(each);
        const { 'response.p99': p99, errors } = each.values;
        const cells = [
          each.target,
          value === null
            ? 'failed'
            : `${each.saturated ? '≥' : ''}${oneWay ? formatByteRate(value) : formatCount(value)}`,
          p99 === null ? NONE : formatMicros(p99),
          errors === null ? NONE : formatCount(errors),
          String(each.trials.length),
        ];
        return { cells, name: each.target, value };
      }),
  };
}

/** Returns the rates that targets kept and did not keep so far. */
function capacityBoard(capacities: readonly Capacity[]): Board {
  const rows = [...capacities].sort((a, b) => (b.confirmed ?? -1) - (a.confirmed ?? -1));
  const several = new Set(capacities.map(({ connections }) => connections)).size > 1;
  const rate = (value: number | null) => (value === null ? NONE : formatCount(value));
  return {
    ...{ scenario: 'capacity', connections: null, title: 'Rates that were kept and not kept so far, in requests/s' },
    columns: ['target', 'kept', 'not kept', 'trials'],
    rows: rows.map(({ target, connections, confirmed, refuted, steps }) => {
      const name = several ? `${target}, ${formatPlural(connections, 'connection')}` : target;
      return { cells: [name, rate(confirmed), rate(refuted), String(steps.length)], name, value: confirmed };
    }),
  };
}

/** Metrics of a session, as far as they are gated on. */
export const sessionMetrics = ['throughput', 'cpu', 'p50', 'p99'] as const;

/** Returns by which share B cost more than A in a session, for each metric; null where it is not known. */
export function changesOf({ costs: { a, b } }: CheckSession): (number | null)[] {
  return sessionMetrics.map((metric) => {
    const [of, other] = [b?.[metric] ?? null, a?.[metric] ?? null];
    // Costs are logarithms.
    return of === null || other === null ? null : Math.expm1(of - other);
  });
}

/** Returns what the last look of a check found, and what its sessions measured. */
function checkBoards({ looks, sessions }: CheckResult): Board[] {
  const look = looks.at(-1);
  const counted = sessions.filter(({ excluded }) => excluded === null);
  return [...(look ? [lookBoard(look)] : []), ...(counted.length > 0 ? [sessionsBoard(counted)] : [])];
}

const CHECK = { scenario: 'check', connections: null };

function lookBoard({ sessions, series, metrics }: CheckLook): Board {
  return {
    ...CHECK,
    title: `Last look, after ${formatPlural(sessions, 'session')} of the series '${series}'`,
    columns: ['metric', 'B worse by', 'from', 'to', 'finding'],
    rows: metrics.map(({ metric, change, interval: { low, high }, finding }) => ({
      ...{ name: metric, value: null },
      cells: [metric, formatShareOrNone(change), formatShareOrNone(low), formatShareOrNone(high), finding],
    })),
  };
}

function sessionsBoard(sessions: readonly CheckSession[]): Board {
  const changes = sessions.map(changesOf);
  const rows = sessionMetrics.flatMap((metric, i): BoardRow[] => {
    const known = changes.flatMap((each) => each[i] ?? []);
    if (known.length === 0) return [];
    const shares = [median(known), Math.min(...known), Math.max(...known)].map(formatShareOrNone);
    return [{ cells: [metric, ...shares, String(known.length)], name: metric, value: null }];
  });
  return {
    ...{ ...CHECK, title: 'B against A, session by session: a look decides, not these', rows },
    columns: ['metric', 'median', 'lowest', 'highest', 'sessions'],
  };
}
