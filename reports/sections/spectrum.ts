import { storedLatencies } from '../../bench/measure/stored-histogram.ts';
import { type LatencyKindName, latencyKinds } from '../../bench/model/latency-metrics.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import type { Axis, LineChart, LinePoint, LineSeries } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, section } from './blocks.ts';
import { objectives, TIME_AXIS, timeRules } from './latency.ts';
import { doubtsOf } from './rounds.ts';
import { highestLevel, type MeasuredScenario, rowsAt, titled } from './scenarios.ts';

/** Points of a curve in each decade of 1/(1 − p), the last at 90 %, 99 %, 99.9 % and so on: of few curves, and of many. */
const POINTS_PER_DECADE = { few: 7, many: 5 };
/** Most curves with the larger number of points. */
const MAX_FEW = 8;
/** A curve ends where fewer requests than this lie beyond: their times are too few to say where a percentile is. */
const FEWEST_BEYOND = 10;

/** Most rounds of one target with a curve of their own. */
const MAX_ROUNDS = 6;

const PERCENTILE_AXIS: Axis = { name: 'percentile', unit: 'percentile', scale: 'percentile' };

/** Returns the whole distribution of response times: for each scenario, all targets at its highest level. */
export function spectrumSection(result: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const charts = scenarios.flatMap((scenario) => {
    const series = curvesOf(rowsAt(scenario, highestLevel(scenario)));
    return series.length === 0 ? [] : [chartBlock(spectrumChart(result, scenario, series))];
  });
  return section('spectrum', 'Percentiles of response time', charts);
}

/** Returns a curve for each target; of a single one, also for each of a few rounds. */
function curvesOf(rows: readonly Aggregate[]): LineSeries[] {
  const resolution = rows.length > MAX_FEW ? 'many' : 'few';
  const all = rows.flatMap(({ target, trials }) => spectrumOf(target, target, trials, 'response', resolution) ?? []);
  const [{ trials = [] } = {}, ...others] = rows;
  if (others.length > 0 || trials.length < 2 || trials.length > MAX_ROUNDS) return all;
  const rounds = trials.flatMap((trial) => {
    const name = `round ${trial.round}`;
    return spectrumOf(name, name, [trial], 'response') ?? [];
  });
  return [...all.map((series) => ({ ...series, name: 'all rounds' })), ...rounds];
}

function spectrumChart(result: Result, scenario: MeasuredScenario, series: readonly LineSeries[]): LineChart {
  const connections = formatPlural(highestLevel(scenario), 'connection');
  return {
    ...{ kind: 'lines', id: `spectrum-${scenario.id}`, title: titled(`Response times with ${connections}`, scenario) },
    caption: spectrumCaption(`At each percentile, the time within which that share of all requests was answered.`),
    x: PERCENTILE_AXIS,
    y: TIME_AXIS,
    series,
    rules: timeRules(objectives(result), ['response.p50', 'response.p99', 'response.p999']),
    interactive: true,
  };
}

/** @param meaning what a curve shows. */
export function spectrumCaption(meaning: string): string {
  return (
    `${meaning} The histograms of all rounds are added up; no percentile is averaged. A curve ends where fewer than ` +
    `${FEWEST_BEYOND} requests lie beyond.`
  );
}

/**
 * Returns the percentiles of one kind of latency, over all rounds together.
 * @returns undefined when there are none.
 */
export function spectrumOf(
  name: string,
  identity: string,
  trials: readonly Trial[],
  kind: LatencyKindName,
  resolution: keyof typeof POINTS_PER_DECADE = 'few',
): LineSeries | undefined {
  const summaries = trials.flatMap(({ latencyMicros }) => latencyMicros[latencyKinds[kind].field] ?? []);
  const latencies = storedLatencies(summaries.filter(({ count }) => count > 0));
  if (latencies === null || latencies.count <= FEWEST_BEYOND) return undefined;
  const points = percentilesFor(latencies.count, POINTS_PER_DECADE[resolution])
    .map((x): LinePoint => ({ x, y: Number(latencies.micros(x).toPrecision(4)) }))
    // A time of 0 has no place on a logarithmic axis.
    .filter(({ y }) => y !== null && y > 0);
  const last = points.length - 1;
  const doubt = doubtsOf(trials);
  return { name, identity, points: points.map((point, i) => (i === last ? { ...point, ...doubt } : point)) };
}

/** Returns the percentiles of a curve over `count` requests, equally far apart at log(1/(1 − p)). */
function percentilesFor(count: number, perDecade: number): number[] {
  const decades = Math.log10(count / FEWEST_BEYOND);
  const steps = Math.floor(decades * perDecade + 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => Number((100 * (1 - 10 ** (-i / perDecade))).toPrecision(7)));
}
