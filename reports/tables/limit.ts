import type { FigureUnit } from '../../bench/lab/limit/figure.ts';
import type { FigureOutcome, FigureVerdict, RowVerdict } from '../../bench/lab/limit/verdict.ts';
import { formatBytes, formatCount, formatMicros, formatNumber, formatPlural, NONE } from '../text/quantities.ts';
import { type Cell, type Column, cell, type Group, type Row, type Table, type Tone } from '../text/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'figure', align: 'left', shrinks: true },
  { title: 'required', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'range', align: 'right' },
  { title: 'verdict', align: 'left' },
];

const WRITE = {
  ratio: (value) => value.toFixed(3),
  share: (value) => `${formatNumber(value * 100)} %`,
  perSecond: (value) => `${formatCount(value)}/s`,
  bytesPerSecond: (value) => `${formatBytes(Math.round(value))}/s`,
  bytes: (value) => formatBytes(Math.round(value)),
  micros: (value) => formatMicros(value),
  seconds: (value) => `${formatNumber(value)} s`,
  count: (value) => formatNumber(Math.round(value)),
} as const satisfies Record<FigureUnit, (value: number) => string>;

const VERDICTS = {
  met: { text: 'met', tone: 'plain' },
  missed: { text: 'MISSED', tone: 'bad' },
  shown: { text: '', tone: 'faint' },
  unmeasured: { text: 'not measured', tone: 'warning' },
} as const satisfies Record<FigureOutcome, { text: string; tone: Tone }>;

/** Returns the results of `npm run bench:limit`: a group for each measured row, a line for each figure. */
export function limitTable(verdicts: readonly RowVerdict[]): Table {
  const measured = verdicts.filter(({ rounds }) => rounds > 0);
  return { title: 'Compared with C', columns: COLUMNS, groups: measured.map(groupOf) };
}

/** Formats a number in its unit. */
export function formatFigure(unit: FigureUnit, value: number): string {
  return WRITE[unit](value);
}

function groupOf({ name, title, rounds, figures }: RowVerdict): Group {
  return { label: `${name}: ${title}, ${formatPlural(rounds, 'round')}`, rows: figures.map(rowOf) };
}

function rowOf(figure: FigureVerdict): Row {
  const { text, tone } = VERDICTS[figure.outcome];
  const cells = [figure.title, wanted(figure), ...observed(figure)].map((content) => cell(content, quietly(tone)));
  return [...cells, cell(text, tone)];
}

/** Only the verdict itself is coloured. */
function quietly(tone: Tone): Cell['tone'] {
  return tone === 'faint' ? 'faint' : 'plain';
}

function wanted({ unit, atLeast, atMost }: FigureVerdict): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${formatBound(unit, atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${formatBound(unit, atMost)}`]),
  ];
  return bounds.join(', ');
}

/** Bounds are chosen, not measured, so they are written without padding digits. */
function formatBound(unit: FigureUnit, value: number): string {
  return unit === 'ratio' || unit === 'count' ? value.toLocaleString('en') : formatFigure(unit, value);
}

function observed({ unit, median, least, most }: FigureVerdict): readonly [string, string] {
  if (median === null || least === null || most === null) return [NONE, ''];
  return [formatFigure(unit, median), `${formatFigure(unit, least)} to ${formatFigure(unit, most)}`];
}
