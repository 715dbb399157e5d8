import type { CheckBaseline, CheckResult } from '../../bench/model/check-result.ts';
import { formatShare, NONE } from '../text/quantities.ts';
import { type Column, cell, type Row, type Table, type Tone } from '../text/table.ts';

const MULTIPLE = '× reference';

const COLUMNS: readonly Column[] = [
  { title: 'metric', align: 'left' },
  { title: 'stored mean', unit: MULTIPLE, align: 'right' },
  { title: 'this run', unit: MULTIPLE, align: 'right' },
  { title: 'expected range', unit: MULTIPLE, align: 'right' },
  { title: 'worse by', align: 'right' },
  { title: 'tolerated', align: 'right' },
  { title: 'must detect', align: 'right' },
  { title: '', align: 'left' },
];

type Metric = CheckBaseline['metrics'][number];

const FINDINGS = {
  regressed: { text: 'REGRESSED', tone: 'bad' },
  within: { text: 'within', tone: 'plain' },
  open: { text: 'open', tone: 'warning' },
  'not-estimable': { text: 'not estimable', tone: 'warning' },
  'too-few-runs': { text: 'too few runs', tone: 'warning' },
} as const satisfies Record<Metric['finding'], { text: string; tone: Tone }>;

/** Returns what a server costs relative to the reference, in its recorded runs and in this one. */
export function baselineTable({ record, metrics }: CheckBaseline, { b }: CheckResult['plan']): Table {
  const rows = metrics.map((metric) => rowOf(metric, record));
  return {
    title: `Is the server (${b}) slower than in its recorded runs?`,
    columns: COLUMNS,
    groups: [{ label: null, rows }],
  };
}

function rowOf({ metric, mean, run, halfWidth, tolerated, detected, finding }: Metric, record: boolean): Row {
  const interval =
    mean === null || halfWidth === null ? NONE : `${multiple(mean - halfWidth)} to ${multiple(mean + halfWidth)}`;
  const { text, tone } = FINDINGS[finding];
  return [
    cell(metric),
    cell(multiple(mean)),
    cell(multiple(run)),
    cell(interval),
    cell(mean === null || run === null ? NONE : formatShare(Math.expm1(run - mean))),
    cell(formatShare(tolerated)),
    cell(formatShare(detected)),
    record && finding !== 'not-estimable' ? cell('') : cell(text, tone),
  ];
}

function multiple(lnRatio: number | null): string {
  return lnRatio === null ? NONE : Math.exp(lnRatio).toFixed(3);
}
