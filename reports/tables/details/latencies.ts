import {
  type LatencyKindName,
  latencyKinds,
  type Statistic,
  statistics,
} from '../../../bench/model/latency-metrics.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { median } from '../../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../../text/cells.ts';
import { formatPlural, timeUnit } from '../../text/quantities.ts';
import { cell, type Table } from '../../text/table.ts';

/** Statistics with a column, from common to rare. */
const SHOWN = ['p50', 'p90', 'p99', 'p999', 'max'] as const satisfies readonly Statistic[];

/** One kind of latency: its statistics in microseconds, medians over rounds. */
interface Latency {
  readonly name: string;
  readonly micros: Readonly<Record<(typeof SHOWN)[number], number>>;
}

/** Returns the latencies side by side; null when nothing was answered. */
export function latencyTable(trials: readonly Trial[]): Table | null {
  const latencies = Object.values(latencyKinds).flatMap((kind) => latencyOf(trials, kind) ?? []);
  if (latencies.length === 0) return null;
  const fields: Field<Latency>[] = [
    { column: { title: '', align: 'left' }, cell: ({ name }) => cell(name) },
    ...SHOWN.map((statistic) => statisticField(statistic, latencies)),
  ];
  const rounds = trials.length > 1 ? `, medians of ${formatPlural(trials.length, 'round')}` : '';
  return {
    title: `Latencies${rounds}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: latencies.map((latency) => fields.map((field) => field.cell(latency))) }],
  };
}

function latencyOf(trials: readonly Trial[], { field, title }: (typeof latencyKinds)[LatencyKindName]): Latency | null {
  const summaries = trials.flatMap(({ latencyMicros }) => latencyMicros[field] ?? []).filter(({ count }) => count > 0);
  if (summaries.length === 0) return null;
  const medians = SHOWN.map((statistic) => [statistic, median(summaries.map((summary) => summary[statistic]))]);
  return { name: title, micros: Object.fromEntries(medians) };
}

function statisticField(statistic: (typeof SHOWN)[number], latencies: readonly Latency[]): Field<Latency> {
  const unit = timeUnit(latencies.map(({ micros }) => micros[statistic]));
  return {
    column: numberColumn(statistics[statistic].title, unit.name),
    cell: ({ micros }) => numberCell(micros[statistic], unit),
  };
}
