import type { LatencySummary, Trial } from '../../bench/model/trial.ts';
import { median } from '../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import { formatPlural, timeUnit } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';

/** The latencies of a trial that a report shows, in the order in which a request meets them. */
const KINDS = {
  response: 'response',
  service: 'service',
  generatorLag: 'generator lag',
  scheduleLag: 'sent late',
  connect: 'connect',
} as const satisfies Partial<Record<keyof Trial['latencyMicros'], string>>;

type Kind = keyof typeof KINDS;

const QUANTILES = {
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  p999: 'p99.9',
  max: 'max',
} as const satisfies Partial<Record<keyof LatencySummary, string>>;

type Quantile = keyof typeof QUANTILES;

/** One kind of latency: its quantiles in microseconds, medians over rounds. */
interface Latency {
  readonly name: string;
  readonly micros: Readonly<Record<Quantile, number>>;
}

/** Returns the latencies side by side; null when nothing was answered. */
export function latencyTable(trials: readonly Trial[]): Table | null {
  const latencies = (Object.keys(KINDS) as Kind[]).flatMap((kind) => latencyOf(trials, kind) ?? []);
  if (latencies.length === 0) return null;
  const fields: Field<Latency>[] = [
    { column: { title: '', align: 'left' }, cell: ({ name }) => cell(name) },
    ...(Object.keys(QUANTILES) as Quantile[]).map((quantile) => quantileField(quantile, latencies)),
  ];
  const rounds = trials.length > 1 ? `, medians of ${formatPlural(trials.length, 'round')}` : '';
  return {
    title: `Latencies${rounds}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: latencies.map((latency) => fields.map((field) => field.cell(latency))) }],
  };
}

function latencyOf(trials: readonly Trial[], kind: Kind): Latency | null {
  const summaries = trials.flatMap(({ latencyMicros }) => latencyMicros[kind] ?? []).filter(({ count }) => count > 0);
  if (summaries.length === 0) return null;
  const over = (quantile: Quantile) => median(summaries.map((summary) => summary[quantile]));
  return {
    name: KINDS[kind],
    micros: { p50: over('p50'), p90: over('p90'), p99: over('p99'), p999: over('p999'), max: over('max') },
  };
}

function quantileField(quantile: Quantile, latencies: readonly Latency[]): Field<Latency> {
  const unit = timeUnit(latencies.map(({ micros }) => micros[quantile]));
  return {
    column: numberColumn(QUANTILES[quantile], unit.name),
    cell: ({ micros }) => numberCell(micros[quantile], unit),
  };
}
