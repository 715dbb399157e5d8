import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Result } from '../../bench/model/result.ts';
import { type Aggregate, aggregate, type Comparable } from '../tables/aggregate.ts';
import { pairTable, type RowPair } from '../tables/pair.ts';
import { formatPlural } from '../text/quantities.ts';
import { machineLine } from '../text/run-heading.ts';
import type { RenderOptions } from './renderer.ts';
import type { Summary } from './summary.ts';
import { drawSummary } from './terminal.ts';

/** A saved run and its name in the report. */
export interface NamedResult {
  readonly name: string;
  readonly result: Result;
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

/**
 * Arranges two runs side by side, in reading order. Rows are matched by scenario, connections and target. Pure; the
 * runs must be comparable: see {@link incomparabilities}.
 */
function sideBySide(a: NamedResult, b: NamedResult): Summary {
  const pairs = pairComparables(aggregate(a.result), aggregate(b.result));
  const rows = pairs.map(pairRows);
  const bounded = rows.flat().some(({ a, b }) => a?.saturated || b?.saturated);
  return {
    heading: [machineLine(a.result), ...[a, b].map(runLine)],
    tables: pairs.flatMap(({ a, b }, i) => {
      const either = a ?? b;
      return either === undefined ? [] : [pairTable(either, rows[i] ?? [], isOneWay(either.point?.workload ?? ''))];
    }),
    plots: [],
    details: [],
    footnotes: [],
    failures: [],
    statements: [
      ...missing('A', 'B', pairs, rows, ({ b }) => b),
      ...missing('B', 'A', pairs, rows, ({ a }) => a),
      ...(bounded ? [BOUND] : []),
      NO_VERDICT,
    ],
  };
}

function runLine({ name, result }: NamedResult, i: number): string {
  const { startedAt, plan, environment, interrupted } = result;
  const details = [
    `started ${startedAt.slice(0, 19)}Z`,
    `medians of ${formatPlural(plan.rounds, 'round')}`,
    `seed ${plan.seed}`,
    `sockbench ${environment.sockbench}`,
    ...(interrupted ? ['interrupted'] : []),
  ];
  return `${'AB'[i]}: ${name}: ${details.join(', ')}`;
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
  pairs: readonly ComparablePair[],
  rows: readonly (readonly RowPair[])[],
  other: (pair: RowPair) => Aggregate | undefined,
): string[] {
  const places = rows.flatMap((ofScenario, i) =>
    ofScenario.filter((pair) => other(pair) === undefined).map((pair) => placeOf(pairs[i], pair)),
  );
  return places.length === 0 ? [] : [`Only in ${has}, not in ${lacks}: ${places.join('; ')}.`];
}

function placeOf(scenario: ComparablePair | undefined, { a, b }: RowPair): string {
  const { transport = '', work = null, cpus } = scenario?.a ?? scenario?.b ?? {};
  const { target = '', connections = 0 } = a ?? b ?? {};
  const given = cpus === undefined ? [] : [formatPlural(cpus, 'CPU')];
  const load = [...(work === null ? [] : [work]), ...given, formatPlural(connections, 'connection')];
  return [target, transport, ...load].join(', ');
}

/** Renders two comparable runs as text for a terminal. */
export function renderSideBySide(a: NamedResult, b: NamedResult, options: RenderOptions): string {
  return drawSummary(sideBySide(a, b), options);
}
