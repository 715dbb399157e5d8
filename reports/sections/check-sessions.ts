import type { CheckLook, CheckResult } from '../../bench/model/check-result.ts';
import type { Chart, LineChart, LinePoint, Rule } from '../document/chart.ts';
import { numberColumn } from '../text/cells.ts';
import { formatNumber } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';
import { effectIn } from './check-effects.ts';

const METRICS = ['throughput', 'cpu', 'p50', 'p99'] as const;

/** Returns the effect of each session, in the order in which they were held; none where nothing was measured. */
export function sessionChart(result: CheckResult): Chart[] {
  const { sessions, looks, baseline } = result;
  const judged = new Set(
    [...looks.flatMap(({ metrics }) => metrics), ...(baseline?.metrics ?? [])].map(({ metric }) => metric),
  );
  const shown = METRICS.filter((metric) => judged.size === 0 || judged.has(metric));
  const series = shown.flatMap((metric) => {
    const points = sessions.flatMap((session, i): LinePoint[] => {
      const y = effectIn(session, metric, 'b');
      if (y === undefined) return [];
      return [{ x: i + 1, y, ...(session.excluded !== null && { doubt: `excluded: ${session.excluded}` }) }];
    });
    return points.length < 2 ? [] : [{ name: metric, style: 'points' as const, points }];
  });
  if (series.length === 0) return [];
  const chart: LineChart = {
    ...{ kind: 'lines', id: 'sessions-in-order', title: 'Effect in each session, in order' },
    caption:
      `How much worse ${baseline === undefined ? 'B was than A' : 'the server was than the reference'}. Both take turns ` +
      'within a session, so a machine that becomes slower moves these points little: a course of them means that the ' +
      'difference itself changed. Hollow: excluded.',
    x: { name: 'session', unit: 'number', scale: 'linear' },
    y: { name: 'worse by', unit: 'share', scale: 'linear' },
    series,
    rules: [{ axis: 'y', at: 0, label: 'the same', tone: 'plain' }, ...confirmationRule(result)],
    interactive: false,
  };
  return [chart];
}

function confirmationRule({ sessions }: CheckResult): Rule[] {
  const first = sessions.findIndex(({ series }) => series === 'confirmation');
  return first < 1 ? [] : [{ axis: 'x', at: first + 0.5, label: 'confirmation', tone: 'plain' }];
}

const VERDICTS = {
  regressed: 'regressed',
  pass: 'pass',
  continue: 'continued',
  inconclusive: 'inconclusive',
} as const satisfies Record<CheckLook['verdict'], string>;

/** Returns each look at the sessions so far, and the probability of a false alarm that it spent. */
export function looksTable({ looks, pace }: CheckResult): Table {
  const planned = pace?.looks ?? [];
  const held = looks.map(({ series, sessions, alpha, verdict }) => [
    cell(series),
    cell(`${sessions}`),
    cell(`${formatNumber(alpha * 100)}`),
    cell(VERDICTS[verdict]),
  ]);
  const most = Math.max(0, ...looks.map(({ sessions }) => sessions));
  const open = planned
    .filter(({ sessions }) => sessions > most)
    .map(({ sessions, alpha }) => [
      cell('check'),
      cell(`${sessions}`),
      cell(`${formatNumber(alpha * 100)}`),
      cell('not needed', 'faint'),
    ]);
  return {
    title: 'Looks at the sessions so far, and the probability of a false alarm that each may spend',
    columns: [
      { title: 'series', align: 'left' },
      numberColumn('sessions'),
      numberColumn('spends', '%'),
      { title: '', align: 'left' },
    ],
    groups: [{ label: null, rows: [...held, ...open] }],
  };
}
