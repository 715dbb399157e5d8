import type { TimelinePoint, Trial } from '../../bench/model/trial.ts';
import { median } from '../../bench/stats/median.ts';
import type { Axis, LineChart, LinePoint, LineSeries } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { mergePoints } from '../tables/details/timeline.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, section } from './blocks.ts';
import { TIME_AXIS } from './latency.ts';
import { doubtsOf } from './rounds.ts';
import { highestLevel, type MeasuredScenario, rowsAt, speedAxis, titled } from './scenarios.ts';

/** Fewest intervals that show a course. */
const MIN_POINTS = 3;
/** Most points of a curve; neighbours are merged for that, where the worst of each percentile is kept. */
const MAX_POINTS = 120;
/** Most rounds of one target with a curve of their own. */
const MAX_ROUNDS = 8;
/** Most curves in a chart of p99 that also has p50. */
const MAX_WITH_BOTH = 4;

const SECONDS: Axis = { name: 'time since measuring began', unit: 'seconds', scale: 'linear' };

/** One round, or all rounds of one target. */
interface Course {
  readonly name: string;
  readonly identity: string;
  /** Timelines of equal length. */
  readonly timelines: readonly (readonly TimelinePoint[])[];
  readonly doubt: { readonly doubt?: string };
}

/** Returns what happened second by second, at the highest level of each scenario that lasted for a while. */
export function timelineSection(scenarios: readonly MeasuredScenario[]): Section[] {
  const blocks = scenarios.flatMap((scenario) => {
    const courses = coursesOf(rowsAt(scenario, highestLevel(scenario)));
    return courses.length === 0 ? [] : charts(scenario, courses).map((chart): Block => chartBlock(chart));
  });
  return section('timeline', 'Second by second', blocks);
}

function coursesOf(rows: readonly Aggregate[]): Course[] {
  const lasting = rows.filter(({ trials }) => trials.some(hasCourse));
  const [row, ...others] = lasting;
  if (row === undefined) return [];
  const trials = row.trials.filter(hasCourse);
  if (others.length === 0 && trials.length <= MAX_ROUNDS) {
    return trials.map((trial) => {
      const name = trials.length === 1 ? row.target : `round ${trial.round}`;
      return { name, identity: name, timelines: [timelineOf(trial)], doubt: doubtsOf([trial]) };
    });
  }
  return lasting.map(({ target, trials: rounds }) => ({
    ...{ name: target, identity: target },
    timelines: cutToShortest(rounds.filter(hasCourse).map(timelineOf)),
    doubt: doubtsOf(rounds),
  }));
}

function hasCourse({ timeline = [] }: Trial): boolean {
  return timeline.length >= MIN_POINTS;
}

function timelineOf({ timeline = [] }: Trial): readonly TimelinePoint[] {
  const each = Math.ceil(timeline.length / MAX_POINTS);
  return each > 1 ? mergePoints(timeline, each) : timeline;
}

function cutToShortest(timelines: readonly (readonly TimelinePoint[])[]): (readonly TimelinePoint[])[] {
  const shortest = Math.min(...timelines.map(({ length }) => length));
  return timelines.map((timeline) => timeline.slice(0, shortest));
}

function charts(scenario: MeasuredScenario, courses: readonly Course[]): LineChart[] {
  const isMedian = courses.some(({ timelines }) => timelines.length > 1);
  const how = isMedian
    ? 'Each curve is the median of the rounds at each second; no percentile is averaged.'
    : courses.length > 1
      ? 'Each curve is one trial.'
      : '';
  const chart = (id: string, title: string, what: string, y: Axis, series: readonly LineSeries[]): LineChart[] =>
    series.every(({ points }) => points.every(({ y: value }) => value === null))
      ? []
      : [
          {
            ...{ kind: 'lines', id: `timeline-${id}-${scenario.id}`, title: titled(title, scenario) },
            caption: `${what} With ${formatPlural(highestLevel(scenario), 'connection')}. ${how}`.trim(),
            ...{ x: SECONDS, y, series, interactive: true },
          },
        ];
  const all = (read: (point: TimelinePoint) => number | undefined, isPositive = false) =>
    courses.map((course) => seriesOf(course, read, isPositive));
  const both = courses.length <= MAX_WITH_BOTH;
  const p50 = courses.map((course) => ({
    ...seriesOf(course, (point) => point.p50, true),
    name: `${course.name} p50`,
  }));
  const p99 = courses.map((course) => ({
    ...seriesOf(course, (point) => point.p99, true),
    name: `${course.name} p99`,
  }));
  const hasErrors = courses.some(({ timelines }) => timelines.flat().some(({ errors }) => errors > 0));
  const { speed } = scenario;
  return [
    ...chart(
      'rate',
      speed === 'bytes' ? 'Throughput over time' : 'Rate over time',
      'What was completed in each second.',
      speedAxis(scenario, 'linear'),
      all((point) => (speed === 'bytes' ? point.bytesPerSecond : point.requestsPerSecond)),
    ),
    ...chart(
      'latency',
      'Response times over time',
      `${both ? 'p50 and p99' : 'p99'} of the requests that were completed in each second.`,
      TIME_AXIS,
      both ? [...p99, ...p50] : p99,
    ),
    ...chart(
      'lag',
      'Generator lag over time',
      'p99 of how late the load itself sent and read.',
      { ...TIME_AXIS, name: 'generator lag' },
      all((point) => point.generatorLagP99, true),
    ),
    ...(hasErrors
      ? chart(
          'errors',
          'Errors over time',
          'Requests that failed in each second.',
          { name: 'errors', unit: 'count', scale: 'linear' },
          all((point) => point.errors),
        )
      : []),
  ];
}

/** @param isPositive whether 0 means that there is no value, as a logarithmic axis needs. */
function seriesOf(
  { name, identity, timelines, doubt }: Course,
  read: (point: TimelinePoint) => number | undefined,
  isPositive: boolean,
): LineSeries {
  const [first = []] = timelines;
  const points = first.map(({ second }, i): LinePoint => {
    const values = timelines
      .flatMap((timeline) => timeline[i] ?? [])
      .map(read)
      .filter((value) => value !== undefined && (!isPositive || value > 0)) as number[];
    const y = values.length === 0 ? null : Number(median(values).toPrecision(5));
    return { x: Number(second.toPrecision(5)), y, ...(i === first.length - 1 && doubt) };
  });
  return { name, identity, points };
}
