import type { AgentLoadRecord } from '../../../bench/model/fleet.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { median } from '../../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../../text/cells.ts';
import { formatCount, formatPlural, timeUnit } from '../../text/quantities.ts';
import { cell, type Table } from '../../text/table.ts';

/** An agent's part in all rounds: medians, except for what shows the worst. */
interface Part {
  readonly name: string;
  readonly threads: number;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p99Micros: number;
  /** Requests that failed in any way, or were never sent, summed over all rounds. */
  readonly errors: number;
  /** Of the busiest round. */
  readonly utilization: number;
  readonly isSaturated: boolean;
  /** The latest start, and the largest uncertainty of its clock. */
  readonly startLagMicros: number;
  readonly uncertaintyMicros: number;
}

/** Returns what each agent did: who was saturated, late or lossy; null when there were no agents. */
export function agentLoadsTable(trials: readonly Trial[]): Table | null {
  const loads = trials.flatMap(({ agents = [] }) => agents);
  const names = [...new Set(loads.map(({ agent }) => agent))];
  const parts = names.map((name) => partOf(loads.filter(({ agent }) => agent === name)));
  if (parts.length === 0) return null;
  const fields = fieldsOf(parts);
  const rounds = trials.length > 1 ? `, medians of ${formatPlural(trials.length, 'round')}` : '';
  return {
    title: `Agents${rounds}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: parts.map((part) => fields.map((field) => field.cell(part))) }],
    ...(trials.length > 1 && { note: 'CPU, start and clock are those of the worst round' }),
  };
}

function partOf(loads: readonly AgentLoadRecord[]): Part {
  const medianOf = (of: (load: AgentLoadRecord) => number) => median(loads.map(of));
  const most = (of: (load: AgentLoadRecord) => number) => Math.max(...loads.map(of));
  return {
    name: loads[0]?.name ?? '',
    threads: medianOf(({ threads }) => threads),
    connections: medianOf(({ connections }) => connections),
    requestsPerSecond: medianOf(({ requestsPerSecond }) => requestsPerSecond),
    p99Micros: medianOf(({ latencyMicros }) => latencyMicros.response.p99),
    errors: loads.reduce((sum, { requests }) => sum + failedOf(requests), 0),
    utilization: most(({ utilization }) => utilization),
    isSaturated: loads.some(({ saturated }) => saturated),
    startLagMicros: most(({ startLagMicros }) => startLagMicros),
    uncertaintyMicros: most(({ clock }) => clock.uncertaintyMicros),
  };
}

function failedOf({ timedOut, errors, corrupted, dropped }: AgentLoadRecord['requests']): number {
  return timedOut + errors + corrupted + dropped;
}

function fieldsOf(parts: readonly Part[]): Field<Part>[] {
  const p99 = timeUnit(parts.map(({ p99Micros }) => p99Micros));
  const start = timeUnit(parts.map(({ startLagMicros }) => Math.abs(startLagMicros)));
  const clock = timeUnit(parts.map(({ uncertaintyMicros }) => uncertaintyMicros));
  return [
    { column: { title: 'agent', align: 'left', shrinks: true }, cell: ({ name }) => cell(name) },
    { column: numberColumn('threads'), cell: ({ threads }) => cell(formatCount(threads)) },
    { column: numberColumn('conns'), cell: ({ connections }) => cell(formatCount(connections)) },
    { column: numberColumn('req/s'), cell: ({ requestsPerSecond }) => cell(formatCount(requestsPerSecond)) },
    { column: numberColumn('p99', p99.name), cell: ({ p99Micros }) => numberCell(p99Micros, p99) },
    {
      column: numberColumn('errors'),
      cell: ({ errors }) => cell(formatCount(errors), errors > 0 ? 'bad' : 'plain'),
    },
    {
      column: numberColumn('CPU', '%'),
      cell: ({ utilization, isSaturated }) => cell((utilization * 100).toFixed(0), isSaturated ? 'warning' : 'plain'),
    },
    { column: numberColumn('start', start.name), cell: ({ startLagMicros }) => numberCell(startLagMicros, start) },
    {
      column: numberColumn('± clock', clock.name),
      cell: ({ uncertaintyMicros }) => numberCell(uncertaintyMicros, clock),
    },
  ];
}
