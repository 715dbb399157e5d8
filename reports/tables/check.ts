import type { CheckLook, CheckResult } from '../../bench/model/check-result.ts';
import { formatPlural, formatProbability, formatShare, formatShareOrNone, NONE } from '../text/quantities.ts';
import { type Column, cell, type Group, type Row, type Table, type Tone } from '../text/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'metric', align: 'left' },
  { title: 'B worse by', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'tolerated', align: 'right' },
  { title: 'must detect', align: 'right' },
  { title: 'p, worse', align: 'right' },
  { title: 'p, within', align: 'right' },
  { title: 'detectable', align: 'right' },
  { title: '', align: 'left' },
];

const FINDINGS = {
  regressed: { text: 'REGRESSED', tone: 'bad' },
  within: { text: 'within', tone: 'plain' },
  open: { text: 'open', tone: 'warning' },
  'not-estimable': { text: 'not estimable', tone: 'warning' },
} as const satisfies Record<CheckLook['metrics'][number]['finding'], { text: string; tone: Tone }>;

/** Returns what each series of sessions found at its last look. */
export function checkTable({ looks, plan }: CheckResult): Table {
  const series = [...new Set(looks.map((look) => look.series))];
  const groups = series.flatMap((name): Group[] => {
    const last = looks.filter((look) => look.series === name).at(-1);
    if (last === undefined) return [];
    return [{ label: `${name}, ${formatPlural(last.sessions, 'session')}`, rows: last.metrics.map(rowOf) }];
  });
  return { title: `Is B (${plan.b}) slower than A (${plan.a})?`, columns: COLUMNS, groups };
}

function rowOf(finding: CheckLook['metrics'][number]): Row {
  const { metric, change, interval, tolerated, detected, worseP, withinP, minimumDetectable } = finding;
  const { text, tone } = FINDINGS[finding.finding];
  const range =
    interval.low === null || interval.high === null
      ? NONE
      : `${formatShare(interval.low)} to ${formatShare(interval.high)}`;
  return [
    cell(metric),
    cell(formatShareOrNone(change)),
    cell(range),
    cell(formatShare(tolerated)),
    cell(formatShare(detected)),
    cell(formatProbability(worseP)),
    cell(formatProbability(withinP)),
    cell(formatShareOrNone(minimumDetectable)),
    cell(text, tone),
  ];
}
