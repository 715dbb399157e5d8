import { type MetricName, metricNames, metricOf } from '../../bench/model/metrics.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import { columnUnit } from '../text/metric-units.ts';
import { formatCount, NONE } from '../text/quantities.ts';
import { type Cell, cell } from '../text/table.ts';
import type { Aggregate } from './aggregate.ts';

const FAILED = cell('failed', 'bad');

/** Returns the metrics that have a column in a table, in order. */
export function columnMetrics(
  table: 'comparison' | 'sideBySide',
  rows: readonly Aggregate[],
  load: 'answered' | 'one-way',
): MetricName[] {
  return metricNames.filter((name) => {
    const metric = metricOf(name);
    if (metric[table] === undefined || (metric.load ?? load) !== load) return false;
    return !metric.whereMeasured || rows.some((row) => shownValue(name, row) !== null);
  });
}

/** Returns a metric's column in a table: its title and unit, and the cell of each row. */
export function metricField(
  name: MetricName,
  table: 'comparison' | 'sideBySide',
  rows: readonly Aggregate[],
): Field<Aggregate> {
  const metric = metricOf(name);
  const unit = columnUnit(
    metric,
    rows.flatMap((row) => shownValue(name, row) ?? []),
  );
  const worded = (text: string) => (isChat(rows) ? text.replace('req', 'line') : text);
  const title = metric.unit === 'perSecond' && isChat(rows) ? 'lines/s' : metric.title;
  return {
    column: {
      ...numberColumn(title, unit && worded(unit.name)),
      ...(metric[table] === 'optional' && { optional: true }),
    },
    cell: (row) => {
      const prefix = metric.limitedByGenerator && row.saturated ? '≥' : '';
      return isFailed(row) ? failedCell(name) : valueCell(shownValue(name, row), prefix);
    },
  };

  function valueCell(value: number | null, prefix: string): Cell {
    if (unit !== undefined || value === null) return numberCell(value, unit ?? { factor: 1 }, prefix);
    const isFault = metric.overRounds === 'sum' && value > 0;
    return cell(`${prefix}${formatCount(value)}`, isFault ? 'bad' : 'plain');
  }
}

/** Returns a row's value as tables show it; null for none. */
export function shownValue(name: MetricName, { values, connections }: Aggregate): number | null {
  return connections < (metricOf(name).leastConnections ?? 0) ? null : values[name];
}

/** A row without measurements is marked as failed once, in its first column of numbers. */
function failedCell(name: MetricName): Cell {
  return metricOf(name).limitedByGenerator ? FAILED : cell(NONE, 'faint');
}

/** Reports whether no trial of a row was completed. */
export function isFailed({ trials }: Aggregate): boolean {
  return trials.length === 0;
}

/** The requests of a chat are lines. */
function isChat(rows: readonly Aggregate[]): boolean {
  return rows.some(({ values }) => values.reach !== null);
}
