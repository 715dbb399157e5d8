import type { Result } from '../../bench/model/result.ts';
import { formatPlural } from '../text/quantities.ts';
import { type Aggregate, aggregate, type Comparable } from './aggregate.ts';
import type { RowPair } from './pair.ts';

/** The same scenario in two runs, with its rows matched by target and connections. */
export interface PairedScenario {
  /** Its table in one of the runs: in A, if that has one. */
  readonly either: Comparable;
  readonly rows: readonly RowPair[];
}

/** The same scenario in both runs; undefined for a run that did not measure it. */
interface ComparablePair {
  readonly a: Comparable | undefined;
  readonly b: Comparable | undefined;
}

const NO_VERDICT =
  'No verdict: the runs were made at different times, and on most machines the same server differs as much between ' +
  'two runs. To find out whether B is slower than A, use `sockbench check`, which measures both in turn.';

const BOUND =
  '≥ marks a rate that the generator limited: how fast the server can be, and how much its rate changed, is not known.';

/** Matches the scenarios and rows of two runs, those of A first. */
export function pairedScenarios(a: Result, b: Result): PairedScenario[] {
  return pairComparables(aggregate(a), aggregate(b)).flatMap((pair): PairedScenario[] => {
    const either = pair.a ?? pair.b;
    return either === undefined ? [] : [{ either, rows: pairRows(pair) }];
  });
}

/** Returns what to know when reading two runs side by side. */
export function pairStatements(scenarios: readonly PairedScenario[]): string[] {
  const bounded = scenarios.some(({ rows }) => rows.some(({ a, b }) => a?.saturated || b?.saturated));
  return [
    ...missing('A', 'B', scenarios, ({ b }) => b),
    ...missing('B', 'A', scenarios, ({ a }) => a),
    ...(bounded ? [BOUND] : []),
    NO_VERDICT,
  ];
}

/** Matches tables by app, transport, work and CPUs, and several tables of one such scenario by their order. */
function pairComparables(a: readonly Comparable[], b: readonly Comparable[]): ComparablePair[] {
  const [keysA, keysB] = [scenarioKeys(a), scenarioKeys(b)];
  const onlyB = b.filter((_, i) => !keysA.includes(keysB[i] ?? ''));
  return [
    ...a.map((comparable, i) => ({ a: comparable, b: b[keysB.indexOf(keysA[i] ?? '')] })),
    ...onlyB.map((comparable) => ({ a: undefined, b: comparable })),
  ];
}

function scenarioKeys(comparables: readonly Comparable[]): string[] {
  const keys = comparables.map(({ app, transport, work, cpus }) => JSON.stringify([app, transport, work, cpus]));
  return keys.map((key, i) => `${key} ${keys.slice(0, i).filter((before) => before === key).length}`);
}

function pairRows({ a, b }: ComparablePair): RowPair[] {
  const rowsA = a?.aggregates ?? [];
  const rowsB = b?.aggregates ?? [];
  const alike = (row: Aggregate) => (other: Aggregate) =>
    other.target === row.target && other.connections === row.connections;
  return [
    ...rowsA.map((row) => ({ a: row, b: rowsB.find(alike(row)) })),
    ...rowsB.filter((row) => !rowsA.some(alike(row))).map((row) => ({ a: undefined, b: row })),
  ];
}

/** Returns a sentence that lists what one run has and the other lacks; none when it lacks nothing. */
function missing(
  has: string,
  lacks: string,
  scenarios: readonly PairedScenario[],
  other: (pair: RowPair) => Aggregate | undefined,
): string[] {
  const places = scenarios.flatMap(({ either, rows }) =>
    rows.filter((pair) => other(pair) === undefined).map((pair) => placeOf(either, pair)),
  );
  return places.length === 0 ? [] : [`Only in ${has}, not in ${lacks}: ${places.join('; ')}.`];
}

function placeOf({ transport, work, cpus }: Comparable, { a, b }: RowPair): string {
  const { target = '', connections = 0 } = a ?? b ?? {};
  const given = cpus === undefined ? [] : [formatPlural(cpus, 'CPU')];
  const load = [...(work === null ? [] : [work]), ...given, formatPlural(connections, 'connection')];
  return [target, transport, ...load].join(', ');
}
