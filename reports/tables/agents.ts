import type { ClockOffset } from '../../bench/fleet/clock/offset.ts';
import type { AgentCard } from '../../bench/fleet/model/agent-card.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import { timeUnit } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';

/** An agent, and its clock; null: it did not reply. */
export interface ListedAgent extends AgentCard {
  readonly clock: ClockOffset | null;
}

/** Returns the agents at a NATS server. */
export function agentsTable(agents: readonly ListedAgent[]): Table {
  const fields = fieldsOf(agents);
  return {
    title: 'Agents',
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: agents.map((agent) => fields.map((field) => field.cell(agent))) }],
  };
}

/** Returns which targets an agent may load, or where it starts servers. */
function targetsOf({ targets, serves }: ListedAgent): string {
  if (serves === undefined) return targets.join(' ');
  return ['serves on', serves.listenOn, ...(serves.commands.length === 0 ? [] : ['also', ...serves.commands])].join(
    ' ',
  );
}

function fieldsOf(agents: readonly ListedAgent[]): Field<ListedAgent>[] {
  const micros = (of: (clock: ClockOffset) => number) => ({
    unit: timeUnit(agents.flatMap(({ clock }) => (clock === null ? [] : [Math.abs(of(clock)) / 1e3]))),
    of: ({ clock }: ListedAgent) => (clock === null ? null : of(clock) / 1e3),
  });
  const trip = micros(({ roundTripNanos }) => roundTripNanos);
  const offset = micros(({ offsetNanos }) => offsetNanos);
  const error = micros(({ uncertaintyNanos }) => uncertaintyNanos);
  return [
    { column: { title: 'agent', align: 'left', shrinks: true }, cell: ({ name }) => cell(name) },
    {
      column: { title: 'labels', align: 'left', wraps: true },
      cell: ({ labels }) =>
        cell(
          Object.entries(labels)
            .map((pair) => pair.join('='))
            .join(' '),
        ),
    },
    {
      column: { title: 'state', align: 'left' },
      cell: ({ state }) => cell(state, state === 'idle' ? 'plain' : 'warning'),
    },
    { column: numberColumn('CPUs'), cell: ({ cpus }) => cell(String(cpus)) },
    { column: numberColumn('round trip', trip.unit.name), cell: (agent) => numberCell(trip.of(agent), trip.unit) },
    { column: numberColumn('clock', offset.unit.name), cell: (agent) => numberCell(offset.of(agent), offset.unit) },
    { column: numberColumn('±', error.unit.name), cell: (agent) => numberCell(error.of(agent), error.unit) },
    { column: { title: 'targets', align: 'left', wraps: true }, cell: (agent) => cell(targetsOf(agent)) },
    { column: { title: 'version', align: 'left', optional: true }, cell: ({ version }) => cell(version) },
    { column: { title: 'kernel', align: 'left', optional: true }, cell: ({ kernel }) => cell(kernel) },
  ];
}
