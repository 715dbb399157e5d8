import type { MetricName } from '../../bench/model/metrics.ts';
import type { Result } from '../../bench/model/result.ts';
import { parseThreshold, type Threshold } from '../../bench/model/threshold.ts';
import type { Axis, LineChart, LineSeries, Rule } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import { chartBlock, section } from './blocks.ts';
import { medianWords, roundsPoint } from './rounds.ts';
import { CONNECTIONS_AXIS, type MeasuredScenario, rowsOf, titled } from './scenarios.ts';

/** Most targets whose p50 is in the chart of their p99. */
const MAX_WITH_BOTH = 4;

/** The axis of response times, over powers of ten. */
export const TIME_AXIS: Axis = { name: 'response time', unit: 'micros', scale: 'log' };

/** Returns response times against connections, for scenarios with several levels. */
export function latencySection(result: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const charts = scenarios
    .filter(({ levels, rows }) => levels.length > 1 && rows.some(({ trials }) => trials.some(isAnswered)))
    .map((scenario) => chartBlock(latencyChart(scenario, objectives(result))));
  return section('latency', 'Latency against load', charts);
}

type AnsweredTrial = MeasuredScenario['rows'][number]['trials'][number];

/** Reports whether a trial has response times. */
export function isAnswered({ latencyMicros }: AnsweredTrial): boolean {
  return latencyMicros.response.count > 0;
}

function latencyChart(scenario: MeasuredScenario, all: readonly Threshold[]): LineChart {
  const { id, targets } = scenario;
  const both = targets.length <= MAX_WITH_BOTH;
  const shown: readonly MetricName[] = both ? ['response.p99', 'response.p50'] : ['response.p99'];
  return {
    ...{ kind: 'lines', id: `latency-${id}`, title: titled('Response time against connections', scenario) },
    caption:
      `${both ? 'p99 and p50' : 'p99'} of the response times of each round. ${medianWords(scenario.rows)} In a closed loop ` +
      "more connections must wait longer once throughput no longer grows (Little's law): look for where a curve is steeper than that.",
    x: CONNECTIONS_AXIS,
    y: TIME_AXIS,
    series: targets.flatMap((target) => shown.map((metric) => latencySeries(scenario, target, metric, both))),
    rules: timeRules(all, shown),
    interactive: false,
  };
}

function latencySeries(scenario: MeasuredScenario, target: string, metric: MetricName, isNamed: boolean): LineSeries {
  const rows = rowsOf(scenario, target).filter(({ trials }) => trials.some(isAnswered));
  return {
    name: isNamed ? `${target} ${metric.replace('response.', '')}` : target,
    identity: target,
    points: rows.map((row) => positive(roundsPoint(row.connections, row, metric))),
  };
}

/** Leaves out a value that a logarithmic axis cannot show. */
function positive(point: ReturnType<typeof roundsPoint>): ReturnType<typeof roundsPoint> {
  return point.y !== null && point.y > 0 ? point : { x: point.x, y: null };
}

/** Returns the objectives of a result: those of a search, or the thresholds of a run. */
export function objectives({ plan, thresholds = [] }: Result): Threshold[] {
  const texts = plan.capacity?.slos ?? [...new Set(thresholds.map(({ text }) => text))];
  return texts.flatMap((text) => {
    try {
      return [parseThreshold(text)];
    } catch {
      // A metric of a later version: it has a row in tables, and no line in charts.
      return [];
    }
  });
}

/** Returns a line for each objective that bounds one of the times on an axis. */
export function timeRules(objectives: readonly Threshold[], shown: readonly MetricName[]): Rule[] {
  return objectives
    .filter(({ metric }) => shown.includes(metric))
    .map(({ bound, text }): Rule => ({ axis: 'y', at: bound, label: text, tone: 'bad' }));
}
