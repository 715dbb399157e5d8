import { requestsDue } from './failed-requests.ts';
import type { Hidden, Metric, Need } from './metric.ts';
import type { LatencySummary, Trial } from './trial.ts';

/** Latencies as metrics: statistics of each kind of latency. */

interface LatencyKind {
  /** Its field in results. */
  readonly field: 'response' | 'service' | 'generatorLag' | 'scheduleLag' | 'connect' | 'handshake';
  /** Its name in the table of latencies. */
  readonly title: string;
  readonly summary: string;
  readonly needs: readonly Need[];
}

/** Kinds of latency, in the order of tables and docs. */
export const latencyKinds = {
  response: {
    ...{ field: 'response', title: 'response', needs: ['responses', 'patience'] },
    summary: 'response time, from when a request was due until its reply was handled',
  },
  service: {
    ...{ field: 'service', title: 'service', needs: ['responses', 'service stamps'] },
    summary: 'service time, from when a request was sent until the kernel received its reply',
  },
  'generator.lag': {
    ...{ field: 'generatorLag', title: 'generator lag', needs: ['responses', 'lag stamps'] },
    summary: 'what late sending and late reading of the generator added to response times',
  },
  'generator.scheduleLag': {
    ...{ field: 'scheduleLag', title: 'sent late', needs: ['responses', 'arrivals'] },
    summary: 'how late the generator sent requests, at a rate',
  },
  connect: {
    ...{ field: 'connect', title: 'connect', needs: ['responses', 'connects'] },
    summary: 'time to connect, with a connection for each request',
  },
  handshake: {
    ...{ field: 'handshake', title: 'TLS handshake', needs: ['responses', 'handshakes'] },
    summary: 'time of the TLS handshake, from when the connection was established',
  },
} satisfies Record<string, LatencyKind>;

export type LatencyKindName = keyof typeof latencyKinds;

/**
 * Statistics of a latency, their titles in tables, and the share of all requests above each; 0: every request counts.
 */
export const statistics = {
  p50: { title: 'p50', shareAbove: 0.5 },
  p90: { title: 'p90', shareAbove: 0.1 },
  p95: { title: 'p95', shareAbove: 0.05 },
  p99: { title: 'p99', shareAbove: 0.01 },
  p999: { title: 'p99.9', shareAbove: 0.001 },
  max: { title: 'max', shareAbove: 0 },
  mean: { title: 'mean', shareAbove: 0 },
} as const satisfies Partial<Record<keyof LatencySummary, { title: string; shareAbove: number }>>;

export type Statistic = keyof typeof statistics;

type LatencyMetricName = `${LatencyKindName}.${Statistic}`;

/** Statistics of response time that have columns. */
const COLUMNS: { readonly [S in Statistic]?: Pick<Metric, 'comparison' | 'sideBySide'> } = {
  p50: { comparison: 'kept', sideBySide: 'optional' },
  p99: { comparison: 'kept', sideBySide: 'kept' },
};

const kindNames = Object.keys(latencyKinds) as LatencyKindName[];
const statisticNames = Object.keys(statistics) as Statistic[];

/** All latency metrics by name: `service.p99`. */
export const latencyMetrics = Object.fromEntries(
  kindNames.flatMap((kind) =>
    statisticNames.map((statistic): [string, Metric] => [`${kind}.${statistic}`, latencyMetric(kind, statistic)]),
  ),
) as Readonly<Record<LatencyMetricName, Metric>>;

/** Other spellings: response times by their statistic alone, and the names of fields in results. */
export const latencyAliases: ReadonlyMap<string, LatencyMetricName> = new Map(
  kindNames.flatMap((kind) =>
    statisticNames.flatMap((statistic): [string, LatencyMetricName][] => [
      [`${latencyKinds[kind].field}.${statistic}`, `${kind}.${statistic}`],
      ...(kind === 'response' ? [[statistic, `${kind}.${statistic}`] as [string, LatencyMetricName]] : []),
    ]),
  ),
);

function latencyMetric(kind: LatencyKindName, statistic: Statistic): Metric {
  const { field, summary, needs } = latencyKinds[kind];
  return {
    ...{ title: statistics[statistic].title, summary, unit: 'micros', worse: 'more', needs, overRounds: 'median' },
    load: 'answered',
    // The percentiles of an empty histogram are 0, which would keep any bound.
    read: ({ latencyMicros }) => (latencyMicros[field]?.count ? latencyMicros[field][statistic] : null),
    ...(kind === 'response' && { hidden: (trial) => hiddenByDrops(trial, statistic), ...COLUMNS[statistic] }),
  };
}

/**
 * Reports whether dropped requests hide a statistic of response time. A request that was never sent might have waited
 * longer than any that was. So when the dropped requests exceed the share of due requests above a percentile, that
 * percentile may be one of them.
 */
function hiddenByDrops(trial: Trial, statistic: Statistic): Hidden | undefined {
  return trial.requests.dropped > statistics[statistic].shareAbove * requestsDue(trial) ? 'by drops' : undefined;
}
