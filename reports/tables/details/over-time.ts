import { isOneWay } from '../../../bench/model/operating-point.ts';
import type { TimelinePoint, Trial } from '../../../bench/model/trial.ts';
import { formatByteRate, formatCount, formatMicros, formatPlural } from '../../text/quantities.ts';
import type { OverTime, TimeRow } from '../../text/sparkline.ts';
import { mergePoints, timelineOf } from './timeline.ts';

/** Most bars of a sparkline; longer loads have several seconds in each. */
const MAX_BARS = 48;

/** Returns the rate and the latencies of a load over time, where it has a timeline; null otherwise. */
export function overTime(trials: readonly Trial[]): OverTime | null {
  const [trial] = trials;
  const points = timelineOf(trials);
  if (trial === undefined || points.length < 2) return null;
  const each = Math.ceil(points.length / MAX_BARS);
  const bars = mergePoints(points, each);
  const title =
    each === 1 ? 'Over time' : `Over time: mean rate and worst latencies of each ${formatPlural(each, 'second')}`;
  return { title, rows: rowsOf(bars, trial.workload) };
}

function rowsOf(bars: readonly TimelinePoint[], workload: string): TimeRow[] {
  const errors = bars.map((bar) => bar.errors);
  const failing = errors.some((count) => count > 0) ? [{ name: 'errors', values: errors, format: formatCount }] : [];
  if (isOneWay(workload)) {
    const values = bars.map(({ bytesPerSecond }) => bytesPerSecond ?? null);
    return [{ name: 'throughput', values, format: formatByteRate }, ...failing];
  }
  const latency = (name: 'p50' | 'p99'): TimeRow => ({
    // Zero: nothing was answered.
    ...{ name, values: bars.map((bar) => bar[name] || null), format: formatMicros },
  });
  return [
    {
      name: workload === 'broadcast' ? 'lines/s' : 'req/s',
      values: bars.map(({ requestsPerSecond }) => requestsPerSecond),
      format: formatCount,
    },
    latency('p50'),
    latency('p99'),
    ...failing,
  ];
}
