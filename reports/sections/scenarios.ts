import type { MetricName } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Comparison, Result } from '../../bench/model/result.ts';
import { scenarioWords } from '../../bench/run/verdict.ts';
import { DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import type { Axis } from '../document/chart.ts';
import { type Aggregate, aggregate, type Comparable } from '../tables/aggregate.ts';
import { comparisonOf } from '../tables/comparison.ts';

/** One table of a result, as sections need it: trials that differ only in target, connections and round. */
export interface MeasuredScenario {
  /** In words: `TCP with cpu:500us`. Empty where a result has one scenario, which needs no name. */
  readonly name: string;
  /** Unique in its document: a part of the ids of charts. */
  readonly id: string;
  readonly comparable: Comparable;
  readonly comparison: Comparison | undefined;
  readonly rows: readonly Aggregate[];
  /** In the order of first appearance. */
  readonly targets: readonly string[];
  /** Numbers of connections with trials, ascending. */
  readonly levels: readonly number[];
  /** The metric by which targets are compared. */
  readonly speed: Extract<MetricName, 'rate' | 'bytes'>;
}

/** Returns the scenarios of a result, in the order of its tables. Those without a completed trial are left out. */
export function measuredScenarios(result: Result): MeasuredScenario[] {
  const comparables = aggregate(result).filter(({ aggregates }) => aggregates.some(({ trials }) => trials.length > 0));
  const names = scenarioNames(comparables);
  return comparables.map((comparable, i): MeasuredScenario => {
    // No axis shows 0 connections, which only a damaged file contains.
    const rows = comparable.aggregates.filter(({ trials, connections }) => trials.length > 0 && connections > 0);
    const words = names[i] ?? '';
    return {
      name: comparables.length > 1 ? words : '',
      id: `${i + 1}-${slug(words)}`,
      ...{ comparable, rows, comparison: comparisonOf(result, comparable) },
      targets: [...new Set(rows.map(({ target }) => target))],
      levels: [...new Set(rows.map(({ connections }) => connections))].sort((a, b) => a - b),
      speed: comparable.point !== undefined && isOneWay(comparable.point.workload) ? 'bytes' : 'rate',
    };
  });
}

/** Returns the names of scenarios in words, each once: `http over TCP`. */
export function scenarioNames(comparables: readonly Comparable[]): string[] {
  const severalApps = new Set(comparables.map(({ app }) => app)).size > 1;
  const names = comparables.map(({ app, transport, work, cpus }) =>
    scenarioWords({ app: severalApps && app !== DEFAULT_APP ? app : undefined, transport, work, cpus }),
  );
  return names.map((name, i) => {
    const alike = names.slice(0, i).filter((other) => other === name).length;
    return alike > 0 ? `${name} (${alike + 1})` : name;
  });
}

/** Returns a title that names its scenario where there are several: `Throughput over TCP`. */
export function titled(title: string, { name }: Pick<MeasuredScenario, 'name'>): string {
  return name === '' ? title : `${title}: ${name}`;
}

/** Returns text as lower-case words joined by hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Returns the rows of one level, in the order of targets. */
export function rowsAt({ rows }: MeasuredScenario, level: number): Aggregate[] {
  return rows.filter(({ connections }) => connections === level);
}

/** Returns the highest level of a scenario. */
export function highestLevel({ levels }: MeasuredScenario): number {
  return levels.at(-1) ?? 0;
}

/** Returns the rows of one target, levels ascending. */
export function rowsOf({ rows }: MeasuredScenario, target: string): Aggregate[] {
  return rows.filter((row) => row.target === target).sort((a, b) => a.connections - b.connections);
}

/** The axis of numbers of connections, on which doublings are equally far apart. */
export const CONNECTIONS_AXIS: Axis = { name: 'connections', unit: 'count', scale: 'log' };

/** Returns the axis of the rates by which targets are compared. */
export function speedAxis({ speed, rows }: Pick<MeasuredScenario, 'speed' | 'rows'>, scale: Axis['scale']): Axis {
  if (speed === 'bytes') return { name: 'throughput', unit: 'bytesPerSecond', scale };
  const isChat = rows.some(({ values }) => values.reach !== null);
  return { name: isChat ? 'lines/s' : 'requests/s', unit: 'perSecond', scale };
}
