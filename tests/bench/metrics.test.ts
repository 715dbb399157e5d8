import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { latencyKinds, latencyMetrics, statistics } from '../../bench/model/latency-metrics.ts';
import type { Metric, MetricUnit } from '../../bench/model/metric.ts';
import { metricNames, metricOf } from '../../bench/model/metrics.ts';
import { boundable, judgeThreshold, parseThreshold } from '../../bench/model/threshold.ts';
import { aggregate } from '../../reports/tables/aggregate.ts';
import { result, trial } from '../reports/results.ts';

const UNITS = {
  micros: { words: 'time', bound: '1s' },
  count: { words: 'number', bound: '1' },
  share: { words: 'share', bound: '1%' },
  bytes: { words: 'bytes', bound: '1MiB' },
  perSecond: { words: 'per second', bound: '1' },
  bytesPerSecond: { words: 'bytes per second', bound: '1MB/s' },
} as const satisfies Record<MetricUnit, { words: string; bound: string }>;

function row(name: string, { unit, per, summary, worse }: Omit<Metric, 'read'>): string {
  const divided = per === undefined ? UNITS[unit].words : `${UNITS[unit].words} per ${per}`;
  return `| \`${name}\` | ${divided} | ${summary} | ${worse ?? '–'} |`;
}

test('docs/metrics.md has a row for each metric, and for each kind of latency', () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const kinds = Object.keys(latencyKinds) as (keyof typeof latencyKinds)[];
  expect(rows).toEqual([
    ...kinds.map((kind) => row(`${kind}.*`, metricOf(`${kind}.p50`))),
    ...metricNames.filter((name) => !(name in latencyMetrics)).map((name) => row(name, metricOf(name))),
  ]);
  for (const statistic of Object.keys(statistics)) expect(page).toContain(`\`${statistic}\``);
});

describe.each(metricNames)('%s', (name) => {
  const { read, unit } = metricOf(name);

  test('can be bounded in its unit, and is named in help', () => {
    const threshold = parseThreshold(`${name}<${UNITS[unit].bound}`);
    expect(threshold.metric).toBe(name);
    expect(judgeThreshold(threshold, trial()).unit).toBe(unit);
    expect(boundable).toContain(name in latencyMetrics ? name.replace(/\.\w+$/, '') : name);
  });

  test('is combined over rounds', () => {
    const [aggregated] = aggregate(result({ trials: [trial()] })).flatMap(({ aggregates }) => aggregates);
    expect(aggregated?.values[name]).toBe(read(trial()) ?? null);
  });
});
