import type { Capacity } from '../../bench/model/capacity.ts';
import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import { isOneWay, mostConnections } from '../../bench/model/operating-point.ts';
import type { Failure, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { type Aggregate, aggregate } from '../../reports/tables/aggregate.ts';
import {
  formatByteRate,
  formatCount,
  formatMicros,
  formatPlural,
  formatShare,
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
export function boardOf({ result, trial }: LiveState): Board | null {
  if (result === null) return null;
  if (result.schema === CHECK_SCHEMA) return checkBoard(result);
  if (result.plan.capacity !== undefined) return capacityBoard(result.capacity ?? []);
  return trial && trialsBoard(result, { ...trial.point, connections: mostConnections(trial.point) });
}

/** Returns all boards of a result, in the order in which they began. */
export function boardsOf(state: LiveState): Board[] {
  const { result } = state;
  if (result === null || result.schema === CHECK_SCHEMA || result.plan.capacity !== undefined) {
    const board = boardOf(state);
    return board === null ? [] : [board];
  }
  const places = new Map([...result.trials, ...result.failures].map((outcome) => [placeKey(outcome), outcome]));
  return [...places.values()].map((place) => trialsBoard(result, place));
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

/** Returns the medians over finished rounds of the targets in one place. */
function trialsBoard({ trials, failures }: Result, place: Place): Board {
  const isHere = (outcome: Trial | Failure) => placeKey(outcome) === placeKey(place);
  const here = { trials: trials.filter(isHere), failures: failures.filter(isHere) };
  const oneWay = isOneWay(here.trials[0]?.workload ?? '');
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

/** Returns what the last look of a check found. */
function checkBoard({ looks }: CheckResult): Board | null {
  const look = looks.at(-1);
  if (look === undefined) return null;
  const share = (value: number | null) => (value === null ? NONE : formatShare(value));
  return {
    ...{ scenario: 'check', connections: null },
    title: `Last look, after ${formatPlural(look.sessions, 'session')} of the series '${look.series}'`,
    columns: ['metric', 'B worse by', 'from', 'to', 'finding'],
    rows: look.metrics.map(({ metric, change, interval, finding }) => ({
      ...{ name: metric, value: null },
      cells: [metric, share(change), share(interval.low), share(interval.high), finding],
    })),
  };
}
