import { failedRequests, requestsDue } from './failed-requests.ts';
import { latencyAliases, latencyMetrics } from './latency-metrics.ts';
import type { Hidden, Metric } from './metric.ts';
import { growsInStages, isOneWay } from './operating-point.ts';
import type { Trial } from './trial.ts';

/** Outcomes of requests that results count. */
type CountedField =
  | ('sent' | 'completed' | 'timedOut' | 'corrupted' | 'dropped')
  | ('lost' | 'late' | 'duplicated' | 'reordered');

/**
 * All metrics of trials by name, in the order of their columns. A new one needs its measurement and its entry here:
 * thresholds, tables, reports of two runs and docs/metrics.md derive from it.
 */
const metrics = {
  rate: {
    ...{ title: 'req/s', unit: 'perSecond', worse: 'less', overRounds: 'median', needs: ['requests'] },
    summary: 'requests answered per second; of a chat, lines',
    read: ({ throughput }) => throughput.requestsPerSecond,
    ...{ limitedByGenerator: true, load: 'answered', comparison: 'kept', sideBySide: 'kept' },
  },
  bytes: {
    ...{ title: 'throughput', unit: 'bytesPerSecond', worse: 'less', overRounds: 'median', needs: [] },
    summary: 'payload per second, of answered requests or one way',
    read: ({ throughput }) => throughput.bytesPerSecond,
    ...{ limitedByGenerator: true, load: 'one-way', comparison: 'kept', sideBySide: 'kept' },
  },
  ...latencyMetrics,
  cpu: {
    ...{ title: 'CPU', unit: 'micros', per: 'request', worse: 'more', overRounds: 'median' },
    summary: "the server's CPU time for each request",
    read: ({ server }) => server?.cpuMicrosPerRequest,
    ...{ needs: ['requests', 'processes'], load: 'answered', comparison: 'kept', sideBySide: 'optional' },
  },
  cpuPerGigabyte: {
    ...{ title: 'CPU', unit: 'micros', per: 'gigabyte', worse: 'more', overRounds: 'median' },
    // Multiplied by gigabytes per second, this is the number of CPUs in use, which iperf3 shows.
    summary: "the server's CPU time for each gigabyte of payload",
    read: cpuMicrosPerGigabyte,
    ...{ needs: ['processes'], load: 'one-way', comparison: 'kept', sideBySide: 'optional' },
  },
  memory: {
    ...{ title: 'mem', unit: 'bytes', worse: 'more', overRounds: 'median', needs: ['processes'] },
    summary: "the server's peak memory, pages that processes share counted once",
    read: ({ server }) => server?.peakPssBytes || null,
    comparison: 'kept',
  },
  memoryPerConnection: {
    ...{ title: 'mem', unit: 'bytes', per: 'connection', worse: 'more', overRounds: 'median' },
    summary: "the server's memory for each connection that is open, was answered once and is idle",
    read: ({ server }) => server?.memoryBytesPerConnection,
    needs: ['processes', 'idle connections'],
    // With fewer connections, fixed costs of the server hide the cost of each.
    ...{ comparison: 'optional', whereMeasured: true, leastConnections: 16 },
  },
  open: {
    ...{ title: 'open', unit: 'micros', worse: 'more', overRounds: 'median', needs: [] },
    summary: 'time until every connection was open and answered once',
    read: ({ opening }) => opening.seconds * 1e6,
    hidden: (trial) => (isOpeningGivenUp(trial) ? 'opening given up' : undefined),
    comparison: 'kept',
  },
  reach: {
    ...{ title: 'reach', unit: 'share', worse: 'less', overRounds: 'median', needs: ['deliveries'] },
    summary: 'of a chat, the share of deliveries that happened',
    read: ({ broadcast }) => broadcast?.reach,
    ...{ comparison: 'kept', whereMeasured: true },
  },
  fairness: {
    ...{ title: 'fairness', unit: 'count', worse: 'less', overRounds: 'median', needs: [] },
    summary: "Jain's index over the connections, 1 when all got the same",
    read: ({ fairness }) => fairness.jain,
    hidden: ({ throughput }) =>
      throughput.requestsPerSecond + throughput.bytesPerSecond > 0 ? undefined : 'without traffic',
    comparison: 'kept',
  },
  starved: {
    ...{ title: 'starved', unit: 'count', worse: 'more', overRounds: 'median', needs: [] },
    summary: 'connections on which nothing was completed',
    read: ({ fairness }) => fairness.starvedConnections,
  },
  'generator.cpu': {
    ...{ title: 'load CPU', unit: 'share', worse: 'more', overRounds: 'median', needs: [] },
    summary: 'share of its time in which the busiest generator thread was on a CPU',
    read: ({ generator }) => generator.utilization,
  },
  errors: {
    ...{ title: 'errors', unit: 'count', worse: 'more', overRounds: 'sum', needs: [] },
    summary: 'requests that were due and not answered as they should be',
    ...{ read: failedRequests, hidden: hiddenLosses, comparison: 'kept', sideBySide: 'kept' },
  },
  errorRate: {
    ...{ title: 'errors', unit: 'share', worse: 'more', overRounds: 'median', needs: ['requests'] },
    summary: 'errors as a share of the requests that were due',
    read: (trial) => (requestsDue(trial) > 0 ? failedRequests(trial) / requestsDue(trial) : null),
    hidden: hiddenLosses,
  },
  sent: { ...counted('sent', null), summary: 'requests sent', needs: ['requests'] },
  completed: { ...counted('completed', 'less'), summary: 'requests answered as expected', needs: ['requests'] },
  timedOut: {
    ...counted('timedOut', 'more'),
    ...{ summary: 'requests not answered in time', hidden: hiddenLosses, needs: ['requests'] },
  },
  corrupted: {
    ...counted('corrupted', 'more'),
    ...{ summary: 'requests answered with other bytes than expected', needs: ['requests'] },
  },
  dropped: { ...counted('dropped', 'more'), summary: 'requests due and never sent', needs: ['requests'] },
  lost: {
    ...counted('lost', 'more'),
    ...{ summary: 'datagrams without a reply in time; one way, dropped by the server', hidden: hiddenLosses },
    needs: ['datagrams'],
  },
  late: {
    ...counted('late', 'more'),
    ...{ summary: 'replies that came after their time-out, over UDP', needs: ['datagrams', 'replies to datagrams'] },
  },
  duplicated: {
    ...counted('duplicated', 'more'),
    ...{ summary: 'replies that came again, over UDP', needs: ['datagrams', 'replies to datagrams'] },
  },
  reordered: {
    ...counted('reordered', 'more'),
    ...{ summary: 'replies that came after a later one, over UDP', needs: ['datagrams', 'replies to datagrams'] },
  },
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/** Names of all metrics, in the order of their columns. */
export const metricNames = Object.keys(metrics) as MetricName[];

/** All names that users may write for metrics. */
export const metricSpellings: readonly string[] = [...metricNames, ...latencyAliases.keys()];

/** Returns the descriptor of a metric. */
export function metricOf(name: MetricName): Metric {
  return metrics[name];
}

/** Returns the metric of a name as users write it; undefined when there is none. */
export function metricNamed(text: string): MetricName | undefined {
  return Object.hasOwn(metrics, text) ? (text as MetricName) : latencyAliases.get(text);
}

/** Returns a metric's value in a trial where it may be judged; null when it was not measured or is hidden. */
export function knownValue(name: MetricName, trial: Trial): number | null {
  const { read, hidden } = metricOf(name);
  return hidden?.(trial) === undefined ? (read(trial) ?? null) : null;
}

/** Returns the number of requests with one outcome, as a metric that still needs its summary. */
function counted(field: CountedField, worse: Metric['worse']): Omit<Metric, 'summary' | 'needs'> {
  return { title: field, unit: 'count', worse, overRounds: 'sum', read: ({ requests }) => requests[field] };
}

/**
 * Reports whether opening ended before every connection was answered. When the number of connections grows in stages,
 * not all are opened at first.
 */
export function isOpeningGivenUp(trial: Trial): boolean {
  const { opening, connections } = trial;
  return opening.answered < (growsInStages(trial) ? opening.opened : connections);
}

/** Returns null when the server was not observed, or no bytes were transferred. */
function cpuMicrosPerGigabyte({ server, throughput, measuredSeconds }: Trial): number | null {
  const bytes = throughput.bytesPerSecond * measuredSeconds;
  return server === null || bytes === 0 ? null : (server.cpuSeconds * 1e15) / bytes;
}

/** One-way datagrams are lost when the server's socket drops them, which may not be readable. */
function hiddenLosses({ workload, transport, datagrams }: Trial): Hidden | undefined {
  const unread = isOneWay(workload) && transport === 'udp' && datagrams?.droppedByServer === null;
  return unread ? 'by unknown losses' : undefined;
}
