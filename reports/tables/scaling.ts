import type { Comparison, Result } from '../../bench/model/result.ts';
import type { Scaling, Sign, TargetScaling } from '../../bench/model/scaling.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import type { Footnotes } from '../text/footnotes.ts';
import type { Plot } from '../text/plot.ts';
import { formatByteRate, formatCount, formatNumber, formatPlural, NONE } from '../text/quantities.ts';
import { type Cell, type Column, cell, type Table } from '../text/table.ts';
import { rankText } from './comparison.ts';

const SIGN_WORDS: Readonly<Record<Sign['kind'], string>> = {
  failure: 'failed',
  refused: 'refused connections',
  starvation: 'starved connections',
  errors: 'errors',
  latency: 'p99 grew too fast',
};

type Coefficient = Extract<TargetScaling['law'], { fitted: true }>['gamma'];

/** What is known of one target in one scenario. */
interface ScalingRow extends TargetScaling {
  readonly comparison: Comparison | undefined;
  readonly unit: Scaling['unit'];
}

/** Returns how the targets of a sweep scale: for each scenario, the cost and the limits of each target, and its law. */
export function scalingTables({ scaling = {}, comparison }: Result, footnotes: Footnotes): Table[] {
  return Object.entries(scaling).flatMap(([name, each]) => {
    const rows = each.targets.map(
      (target): ScalingRow => ({ ...target, comparison: comparison[name], unit: each.unit }),
    );
    const title = scenarioTitle(each);
    return [
      table(`Scaling over ${title}`, bearingFields(comparison[name]), byRetention(rows)),
      lawTable(`Universal Scalability Law over ${title}`, rows, footnotes, name),
    ];
  });
}

/** Returns throughput over connections, one plot for each scenario. */
export function scalingPlots({ scaling = {} }: Result): Plot[] {
  return Object.values(scaling).map((each) => {
    const levels = each.targets.flatMap(({ curve }) => curve.map(({ connections }) => connections));
    const xs = [...new Set(levels)].sort((a, b) => a - b);
    return {
      title: `${each.unit === 'perSecond' ? 'Requests/s' : 'Throughput'} over ${scenarioTitle(each)}`,
      xs,
      xName: 'connections',
      series: each.targets.map(({ target, curve }) => ({
        name: target,
        ys: xs.map((x) => curve.find(({ connections }) => connections === x)?.throughput ?? null),
      })),
      format: speedFormat(each.unit),
    };
  });
}

/** Returns which targets lead in which ranges of connections; without rows where too few rounds tell. */
export function leadersTable({ scaling = {} }: Result): Table {
  const columns: Column[] = [
    { title: 'connections', align: 'left' },
    { title: 'ahead of all others', align: 'left', wraps: true },
    { title: 'between them', align: 'left' },
  ];
  const groups = Object.values(scaling).map((each) => ({
    label: scenarioTitle(each),
    rows: each.leaders.map(({ from, to, targets, relation }) => [
      cell(from === to ? `${from}` : `${from}–${to}`),
      cell(targets.join(', ')),
      cell(LEADER_WORDS[relation], relation === 'unresolved' ? 'warning' : 'plain'),
    ]),
  }));
  return { title: 'Which leads where', columns, groups: groups.filter(({ rows }) => rows.length > 0) };
}

const LEADER_WORDS = {
  alone: '',
  equivalent: 'within 2 %',
  unresolved: 'not distinguished',
} as const satisfies Record<Scaling['leaders'][number]['relation'], string>;

/** Returns every sign of overload, and the fewest connections that showed it; without rows when there were none. */
export function signsTable({ scaling = {} }: Result): Table {
  const columns: Column[] = [
    { title: 'model', align: 'left', shrinks: true },
    { title: 'sign', align: 'left' },
    numberColumn('from', 'conn'),
  ];
  const groups = Object.values(scaling).map((each) => ({
    label: scenarioTitle(each),
    rows: each.targets.flatMap(({ target, signs }) =>
      signs.map(({ kind, connections }) => [cell(target), cell(SIGN_WORDS[kind], 'warning'), cell(`${connections}`)]),
    ),
  }));
  return { title: 'Signs of overload', columns, groups: groups.filter(({ rows }) => rows.length > 0) };
}

function scenarioTitle({ transport, work, cpus }: Scaling): string {
  return [
    transport.toUpperCase(),
    ...(work === null ? [] : [`work ${work}`]),
    ...(cpus === undefined ? [] : [`server on ${formatPlural(cpus, 'CPU')}`]),
  ].join(', ');
}

function table(title: string, fields: readonly Field<ScalingRow>[], rows: readonly ScalingRow[]): Table {
  return {
    title,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: rows.map((row) => fields.map((field) => field.cell(row))) }],
  };
}

/** Sorts rows as the comparison does: best retention first. */
function byRetention(rows: readonly ScalingRow[]): ScalingRow[] {
  const place = ({ comparison, target }: ScalingRow) => {
    const found = comparison?.scaling.findIndex((each) => each.target === target) ?? -1;
    return found < 0 ? rows.length : found;
  };
  return [...rows].sort((a, b) => place(a) - place(b));
}

const INTERVAL: Column = { ...numberColumn('95 %'), optional: true };

const MODEL: Field<ScalingRow> = {
  column: { title: 'model', align: 'left', shrinks: true },
  cell: ({ target }) => cell(target),
};

function bearingFields(comparison: Comparison | undefined): Field<ScalingRow>[] {
  const kept = comparison === undefined ? [] : [`with ${comparison.highestConnections}`];
  return [
    MODEL,
    ...(comparison?.retentionRanking ? [RANK] : []),
    { column: numberColumn('kept', ...kept), cell: keptCell },
    {
      column: numberColumn('knee', 'conn'),
      cell: ({ kneeConnections }) => cell(kneeConnections === null ? NONE : kneeConnections.toLocaleString('en')),
    },
    {
      column: numberColumn('mem', 'KiB/conn'),
      cell: (row) => numberCell(row.memoryPerConnection?.bytes, { factor: 1024 }),
    },
    { column: INTERVAL, cell: ({ memoryPerConnection }) => intervalCell(memoryPerConnection, kibibytes) },
    { column: { title: 'first sign of overload', align: 'left' }, cell: signsCell },
  ];
}

/** Rank by the share of the best throughput that was kept. */
const RANK: Field<ScalingRow> = {
  column: numberColumn('rank'),
  cell: ({ comparison, target }) => {
    const range = comparison?.retentionRanking?.ranges.find(({ name }) => name === target);
    return range === undefined ? cell(NONE, 'faint') : cell(rankText(range));
  },
};

function keptCell({ comparison, target }: ScalingRow): Cell {
  const retention = comparison?.scaling.find((each) => each.target === target)?.retention;
  return retention === undefined ? cell(NONE, 'faint') : cell(`${Math.round(retention * 100)} %`);
}

/** Formats the first sign, and those at the same level: `starved connections, errors: 2 conn`. */
function signsCell({ signs }: ScalingRow): Cell {
  const [first] = signs;
  if (first === undefined) return cell('none');
  const together = signs.filter(({ connections }) => connections === first.connections);
  const words = together.map(({ kind }) => SIGN_WORDS[kind]).join(', ');
  return cell(`${words}: ${first.connections} conn`, 'warning');
}

/** Returns the law of each target or, where none has one, the reasons. */
function lawTable(title: string, rows: readonly ScalingRow[], footnotes: Footnotes, scenario: string): Table {
  if (rows.some(({ law }) => law.fitted)) return table(title, lawFields(footnotes, scenario), byRetention(rows));
  return { ...table(title, [MODEL, NO_LAW], byRetention(rows)), note: 'Use the measured curves.' };
}

const NO_LAW: Field<ScalingRow> = {
  column: { title: 'no law is stated, because', align: 'left', wraps: true },
  cell: ({ law }) => cell(law.fitted ? '' : law.reasons.join('; ')),
};

function lawFields(footnotes: Footnotes, scenario: string): Field<ScalingRow>[] {
  const coefficient = (name: 'gamma' | 'sigma' | 'kappa', title: string, write: (value: number) => string) => {
    const of = ({ law }: ScalingRow): Coefficient | null => (law.fitted ? law[name] : null);
    return [
      { column: numberColumn(title), cell: (row: ScalingRow) => textCell(of(row), ({ value }) => write(value)) },
      { column: INTERVAL, cell: (row: ScalingRow) => intervalCell(of(row), write) },
    ];
  };
  return [
    MODEL,
    {
      column: numberColumn('γ'),
      cell: ({ law, unit }) => textCell(law.fitted ? law.gamma : null, ({ value }) => speedFormat(unit)(value)),
    },
    ...coefficient('sigma', 'σ', significant),
    ...coefficient('kappa', 'κ', significant),
    { column: numberColumn('peak', 'conn'), cell: peakCell },
    {
      column: { title: 'see', align: 'left' },
      cell: ({ target, law }) => {
        if (law.fitted) return cell('');
        const code = `no-law ${scenario} ${target}`;
        const message = `no law is stated for ${target}: ${law.reasons.join('; ')}; use the measured curve`;
        return cell(String(footnotes.add({ code, message })), 'faint');
      },
    },
  ];
}

/** The fitted peak; `>N` when it is beyond the tested levels. */
function peakCell({ law, curve }: ScalingRow): Cell {
  if (!law.fitted) return cell(NONE, 'faint');
  const highest = curve.at(-1)?.connections ?? 0;
  return cell(law.peakConnections === null ? `>${highest}` : formatNumber(law.peakConnections));
}

function intervalCell(
  interval: { low: number | null; high: number | null } | null,
  write: (value: number) => string,
): Cell {
  if (interval === null || interval.low === null || interval.high === null) return cell(NONE, 'faint');
  return cell(`${write(interval.low)}–${write(interval.high)}`, 'faint');
}

function textCell<T>(value: T | null, write: (value: T) => string): Cell {
  return value === null ? cell(NONE, 'faint') : cell(write(value));
}

function speedFormat(unit: Scaling['unit']): (value: number) => string {
  return unit === 'perSecond' ? formatCount : formatByteRate;
}

function kibibytes(bytes: number): string {
  return formatNumber(bytes / 1024);
}

/** Formats two significant digits, however small the value. */
function significant(value: number): string {
  return String(Number(value.toPrecision(2)));
}
