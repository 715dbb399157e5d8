import type { CheckBaseline, CheckLook, CheckResult, CheckSession } from '../../bench/model/check-result.ts';
import { hodgesLehmann, walshInterval } from '../../bench/stats/walsh.ts';
import type { Axis, IntervalChart, IntervalRow, Rule } from '../document/chart.ts';
import { formatPlural, formatShare } from '../text/quantities.ts';

type Finding = CheckLook['metrics'][number];
type Cost = keyof NonNullable<CheckSession['costs']['a']>;

const INTERVAL_ALPHA = 0.05;

const WORSE_AXIS: Axis = { name: 'worse by', unit: 'share', scale: 'linear', includesZero: true };

const NOTES = {
  regressed: 'regressed',
  within: 'within what is tolerated',
  open: 'open',
  'not-estimable': 'not estimable',
  'too-few-runs': 'too few recorded runs',
} as const;

const TONES = {
  regressed: 'bad',
  within: 'good',
  open: 'plain',
  'not-estimable': 'faint',
  'too-few-runs': 'faint',
} as const;

/** Returns a forest plot of the effects at the last look of a series; one for each pair of margins. */
export function effectCharts(result: CheckResult, series: CheckLook['series']): IntervalChart[] {
  const last = result.looks.filter((look) => look.series === series).at(-1);
  if (last === undefined) return [];
  const sessions = countedSessions(result, series);
  return byMargins(last.metrics).map((metrics, i): IntervalChart => {
    const [first] = metrics;
    return {
      ...{ kind: 'intervals', id: `effects-${series}-${i + 1}`, title: titleOf(series, metrics) },
      caption:
        `How much worse B is than A over ${formatPlural(last.sessions, 'session')}, negative when it is better: estimate and ` +
        '95 % interval, and each session as a small mark. A metric has regressed when a test shows that it is worse ' +
        'than tolerated, and is within when a test shows that it is not as bad as what must be found.',
      x: WORSE_AXIS,
      rows: [
        ...metrics.map((finding) => effectRow(finding, sessions)),
        ...metrics.flatMap((finding) => nullRow(finding.metric, sessions)),
      ],
      rules: first === undefined ? [] : marginRules(first),
    };
  });
}

function titleOf(series: CheckLook['series'], metrics: readonly Finding[]): string {
  const names = metrics.map(({ metric }) => metric).join(', ');
  return series === 'confirmation' ? `Effect on ${names}, confirmation` : `Effect on ${names}`;
}

/** Groups metrics that share their margins, so that these can be lines across a chart. */
function byMargins<M extends { readonly tolerated: number; readonly detected: number }>(metrics: readonly M[]): M[][] {
  const groups = new Map<string, M[]>();
  for (const metric of metrics) {
    const key = `${metric.tolerated} ${metric.detected}`;
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

function marginRules({ tolerated, detected }: { readonly tolerated: number; readonly detected: number }): Rule[] {
  return [
    { axis: 'x', at: 0, label: 'the same', tone: 'plain' },
    { axis: 'x', at: tolerated, label: `tolerated: ${formatShare(tolerated)}`, tone: 'good' },
    { axis: 'x', at: detected, label: `must be found: ${formatShare(detected)}`, tone: 'bad' },
  ];
}

/** Returns the sessions of a series that count. */
export function countedSessions({ sessions }: CheckResult, series: CheckLook['series']): CheckSession[] {
  return sessions.filter((session) => session.series === series && session.excluded === null);
}

/** Returns how much worse an arm was than A in a session, as a share; undefined when it is not known. */
export function effectIn({ costs }: CheckSession, metric: string, arm: 'b' | 'null'): number | undefined {
  const [mine, a] = [costs[arm]?.[metric as Cost], costs.a?.[metric as Cost]];
  return typeof mine === 'number' && typeof a === 'number' ? Math.expm1(mine - a) : undefined;
}

function samplesOf(sessions: readonly CheckSession[], metric: string, arm: 'b' | 'null'): number[] {
  return sessions.flatMap((session) => effectIn(session, metric, arm) ?? []);
}

function effectRow({ metric, change, interval, finding }: Finding, sessions: readonly CheckSession[]): IntervalRow {
  const samples = samplesOf(sessions, metric, 'b');
  return {
    ...{ name: metric, group: 'B against A', value: change, note: NOTES[finding], tone: TONES[finding] },
    ...(change !== null && { low: interval.low, high: interval.high }),
    ...(samples.length > 0 && { samples }),
  };
}

/** Returns how much a copy of A differed from A; nothing where there was none. */
function nullRow(metric: string, sessions: readonly CheckSession[]): IntervalRow[] {
  const samples = samplesOf(sessions, metric, 'null');
  if (samples.length === 0) return [];
  const logs = samples.map(Math.log1p);
  const { low, high } = walshInterval(logs, INTERVAL_ALPHA);
  return [
    {
      ...{ name: `${metric}, null`, identity: metric, group: 'A against a copy of itself', tone: 'faint', samples },
      value: Math.expm1(hodgesLehmann(logs)),
      ...(Number.isFinite(low) && Number.isFinite(high) && { low: Math.expm1(low), high: Math.expm1(high) }),
      note: 'noise: 0 should be inside',
    },
  ];
}

/** Returns how this run compares with recorded ones: one chart for each pair of margins. */
export function baselineCharts(baseline: CheckBaseline): IntervalChart[] {
  return byMargins(baseline.metrics).flatMap((metrics, i): IntervalChart[] => {
    const rows = metrics.flatMap(baselineRow);
    const [first] = metrics;
    if (rows.length === 0 || first === undefined) return [];
    return [
      {
        ...{
          kind: 'intervals',
          id: `recorded-${i + 1}`,
          title: `This run against recorded runs: ${metrics.map(({ metric }) => metric).join(', ')}`,
        },
        caption:
          'How much worse than the mean of the recorded runs, each relative to the reference server of its own run. The ' +
          'bar is where one more run of the same server would lie. This run has regressed when it is worse than tolerated ' +
          'by more than half of that bar.',
        x: WORSE_AXIS,
        rows,
        rules: marginRules(first),
      },
    ];
  });
}

/** Returns where recorded runs lie, around their mean, and this run. */
function baselineRow({ metric, mean, run, runs, halfWidth, finding }: CheckBaseline['metrics'][number]): IntervalRow[] {
  if (mean === null || run === null) return [];
  const change = Math.expm1(run - mean);
  return [
    {
      ...{ name: `${metric}, recorded`, identity: metric, group: metric, value: 0, tone: 'faint' },
      ...(halfWidth !== null && { low: Math.expm1(-halfWidth), high: Math.expm1(halfWidth) }),
      note: formatPlural(runs, 'run'),
    },
    {
      ...{ name: `${metric}, this run`, identity: metric, group: metric, value: change },
      note: NOTES[finding],
      tone: TONES[finding],
    },
  ];
}
