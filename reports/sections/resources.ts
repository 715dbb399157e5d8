import type { MetricName } from '../../bench/model/metrics.ts';
import type { Result } from '../../bench/model/result.ts';
import { scenarioWords } from '../../bench/run/verdict.ts';
import type { Axis, Chart, IntervalChart, IntervalRow, LineChart } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { shownValue } from '../tables/metric-field.ts';
import { chartBlock, section } from './blocks.ts';
import { doubtsOf, medianWords, roundSamples, roundsInterval, roundsPoint } from './rounds.ts';
import { CONNECTIONS_AXIS, type MeasuredScenario, rowsOf, slug, titled } from './scenarios.ts';

/** What a chart of resources shows. */
interface Resource {
  readonly metric: MetricName;
  readonly title: string;
  readonly y: Axis;
  readonly caption: string;
  /** Whether it has a chart in a scenario with one level, when that is the only scenario. */
  readonly atOneLevel: boolean;
}

const CPU: Resource = {
  metric: 'cpu',
  title: 'CPU time for each request',
  y: { name: 'CPU time', unit: 'micros', scale: 'linear' },
  caption: "The CPU time of the server's processes for each request.",
  atOneLevel: true,
};
const CPU_PER_GIGABYTE: Resource = {
  ...CPU,
  metric: 'cpuPerGigabyte',
  title: 'CPU time for each gigabyte',
  caption: "The CPU time of the server's processes for each gigabyte of payload.",
};
const MEMORY: Resource = {
  metric: 'memory',
  title: 'Memory',
  y: { name: 'memory', unit: 'bytes', scale: 'log' },
  caption: "The server's peak memory; pages that its processes share count once.",
  atOneLevel: false,
};
const PER_CONNECTION: Resource = {
  metric: 'memoryPerConnection',
  title: 'Memory for each connection',
  y: { name: 'memory', unit: 'bytes', scale: 'log' },
  caption:
    "The server's memory for each connection that is open, was answered once and is idle: from 16 connections on, as " +
    'fixed costs hide it below. Values of 0 or less, of servers that released more than they took, are left out.',
  atOneLevel: false,
};

/** Returns what the load cost the servers. */
export function resourcesSection(result: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const charts = scenarios.flatMap((scenario): Chart[] => {
    const shown = [scenario.speed === 'bytes' ? CPU_PER_GIGABYTE : CPU, MEMORY, PER_CONNECTION];
    return shown.flatMap((resource): Chart[] => {
      const rows = scenario.rows.filter((row) => shownOf(resource, row) !== null);
      if (rows.length < 2) return [];
      if (new Set(rows.map(({ connections }) => connections)).size > 1) return [overLevels(scenario, resource)];
      // The tables have all of these, too: a chart for each scenario with one level would be many charts.
      const isShown = scenario.levels.length > 1 || (resource.atOneLevel && scenarios.length === 1);
      return isShown ? [atOneLevel(scenario, resource, rows)] : [];
    });
  });
  return section('resources', 'CPU time and memory', [...charts, ...slopes(result)].map(chartBlock));
}

/** Returns a value that its axis can show; null for none. */
function shownOf({ metric, y }: Resource, row: Aggregate): number | null {
  const value = shownValue(metric, row);
  return value === null || (y.scale === 'log' && value <= 0) ? null : value;
}

function overLevels(scenario: MeasuredScenario, resource: Resource): LineChart {
  const { metric, title, y, caption } = resource;
  return {
    ...{ kind: 'lines', id: `${slug(title)}-${scenario.id}`, title: titled(`${title} against connections`, scenario) },
    caption: `${caption} ${medianWords(scenario.rows)}`,
    x: CONNECTIONS_AXIS,
    y,
    series: scenario.targets.flatMap((target) => {
      const rows = rowsOf(scenario, target).filter((row) => shownOf(resource, row) !== null);
      const points = rows.map((row) => visible(roundsPoint(row.connections, row, metric), y));
      return points.length === 0 ? [] : [{ name: target, points }];
    }),
    interactive: false,
  };
}

/** Leaves out an interval that reaches below what a logarithmic axis can show. */
function visible(point: ReturnType<typeof roundsPoint>, { scale }: Axis): ReturnType<typeof roundsPoint> {
  const { low, high, ...rest } = point;
  return scale === 'log' && typeof low === 'number' && low <= 0 ? rest : point;
}

function atOneLevel(
  scenario: MeasuredScenario,
  { metric, title, y, caption }: Resource,
  rows: readonly Aggregate[],
): IntervalChart {
  return {
    ...{ kind: 'intervals', id: `${slug(title)}-${scenario.id}`, title: titled(title, scenario) },
    caption: `${caption} ${medianWords(rows)}`,
    x: y,
    rows: [...rows]
      .sort((a, b) => (a.values[metric] ?? 0) - (b.values[metric] ?? 0))
      .map((row) => {
        const { low, high } = visible({ x: 0, y: null, ...roundsInterval(row, metric) }, y);
        const { samples } = roundSamples(row, metric);
        return {
          ...{ name: row.target, value: row.values[metric] },
          ...(low !== undefined && high !== undefined && { low, high }),
          ...(samples?.every((value) => y.scale !== 'log' || value > 0) && { samples }),
          ...doubtsOf(row.trials),
        };
      }),
  };
}

/** Returns what each further connection costs, of a sweep. */
function slopes({ scaling = {} }: Result): IntervalChart[] {
  const all = Object.values(scaling);
  return all.flatMap((each, i): IntervalChart[] => {
    const rows = each.targets.flatMap(({ target, memoryPerConnection: memory }): IntervalRow[] => {
      if (memory === null) return [];
      const { bytes, low, high } = memory;
      return [{ name: target, value: bytes, ...(low !== null && high !== null && { low, high }) }];
    });
    if (rows.length === 0) return [];
    const isPositive = rows.every(({ value, low }) => (value ?? 0) > 0 && (low ?? 1) > 0);
    return [
      {
        ...{ kind: 'intervals', id: `memory-slope-${i + 1}` },
        title: titled('What each further connection costs', { name: all.length > 1 ? scenarioWords(each) : '' }),
        caption:
          "The slope of the server's memory over connections that are open and idle, one for each round: Hodges and " +
          "Lehmann's estimate, with its 95 % interval where there are enough rounds.",
        x: { name: 'memory for each connection', unit: 'bytes', scale: isPositive ? 'log' : 'linear' },
        rows,
      },
    ];
  });
}
