import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import { metricOf } from '../../bench/model/metrics.ts';
import type { GatedMetric } from '../../bench/stats/gated-metrics.ts';
import { median } from '../../bench/stats/median.ts';
import { exchangeWords, protocolName } from '../text/exchange-words.ts';
import { formatBytes } from '../text/quantities.ts';
import { RATIO, type Reading, type Subject } from './reading.ts';

/**
 * What a check knows of each metric: its name elsewhere, what a cost of B ÷ A is called, and how the level of a program
 * follows from ln of its cost. Percentiles have no level: each check measures them at a rate of its own.
 */
const KNOWN = {
  throughput: { name: 'rate', ratio: 'time per request', level: (cost: number) => Math.exp(-cost) },
  cpu: { name: 'cpu', ratio: 'CPU', level: (cost: number) => Math.exp(cost) / 1000 },
  p50: { name: 'response.p50', ratio: 'p50', level: undefined },
  p99: { name: 'response.p99', ratio: 'p99', level: undefined },
} as const satisfies Record<GatedMetric, unknown>;

/**
 * Returns the readings of a regression check: the cost of B as a multiple of that of A, as it was estimated last, and
 * the levels of both programs over the sessions that count.
 */
export function checkReadings(result: CheckResult, metrics: ReadonlySet<string>): Reading[] {
  const names = (Object.keys(KNOWN) as GatedMetric[]).filter((name) => metrics.has(KNOWN[name].name));
  return names.flatMap((name) => [...ratioReading(result, name), ...levelReadings(result, name)]);
}

function ratioReading(result: CheckResult, metric: GatedMetric): Reading[] {
  const { a, b } = result.plan;
  const value = ratioOf(result, metric);
  if (value === null) return [];
  const title = `${KNOWN[metric].ratio}, B ÷ A`;
  return [
    reading(result, { target: `${b}${RATIO}${unversioned(a)}`, title, unit: 'ratio', worse: 'more' }, metric, value),
  ];
}

/** Returns the cost of B ÷ that of A; null when it was not estimated. */
function ratioOf({ looks, baseline }: CheckResult, metric: GatedMetric): number | null {
  if (baseline !== undefined) {
    const run = baseline.metrics.find((each) => each.metric === metric)?.run ?? null;
    return run === null ? null : Math.exp(run);
  }
  const change = looks.at(-1)?.metrics.find((each) => each.metric === metric)?.change ?? null;
  return change === null ? null : 1 + change;
}

function levelReadings(result: CheckResult, metric: GatedMetric): Reading[] {
  const { name, level } = KNOWN[metric];
  if (level === undefined) return [];
  const { title, unit, worse } = metricOf(name);
  const counting = result.sessions.filter(({ excluded }) => excluded === null);
  const programs = [
    ['b', result.plan.b],
    ['a', unversioned(result.plan.a)],
  ] as const;
  return programs.flatMap(([arm, target]) => {
    const costs = counting.flatMap(({ costs }) => costs[arm]?.[metric] ?? []);
    if (costs.length === 0) return [];
    const subject = { target, title: `${title} of ${arm.toUpperCase()}`, unit, worse };
    return [reading(result, subject, metric, level(median(costs)))];
  });
}

function reading(
  { plan, verdict }: CheckResult,
  own: Pick<Subject, 'target' | 'title' | 'unit' | 'worse'>,
  metric: GatedMetric,
  value: number,
): Reading {
  const { app, exchange, transport, connections, size } = plan;
  const words = [
    protocolName(app, exchange),
    ...(exchange === null ? [] : exchangeWords(exchange)),
    ...(hasMeasuredSize(app, exchange) ? [] : [formatBytes(size)]),
  ];
  const load = `${transport.toUpperCase()}: ${words.join(', ')}`;
  const isDoubtful = verdict.outcome === 'unsteady' || verdict.outcome === 'invalid';
  return {
    key: JSON.stringify(['check', own.target, own.title, load, exchange, connections, metric]),
    subject: { ...own, command: 'check', app, transport, connections, load, metric: KNOWN[metric].name },
    value,
    doubt: isDoubtful ? verdict.statement : null,
  };
}

/** Removes the commit from the name of a program: `main (1a2b3c4)` is the branch at another time, too. */
function unversioned(name: string): string {
  return name.replace(/ \([0-9a-f]{7,40}\)$/, '');
}
