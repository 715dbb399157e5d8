import type { TargetScaling } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { slope } from '../../stats/slope.ts';
import { hodgesLehmann, type Interval, walshInterval } from '../../stats/walsh.ts';

const INTERVAL_ALPHA = 0.05;
/** Fewest levels for a slope: a line always fits two. */
const MIN_LEVELS = 3;

/**
 * Estimates the memory that each further connection costs: the slope, over levels, of the memory that all connections
 * hold after they were answered and are idle. What a server sets up once is not included. Each round gives one slope by
 * least squares; the result is Hodges and Lehmann's estimate over rounds, with its 95 % interval.
 * @param trials of one target in one scenario.
 * @returns null when no round has three levels with a known value.
 */
export function memoryPerConnection(trials: readonly Trial[]): TargetScaling['memoryPerConnection'] {
  const rounds = [...new Set(trials.map(({ round }) => round))];
  const slopes = rounds.flatMap((round) => {
    const points = trials
      .filter((trial) => trial.round === round)
      .flatMap(({ connections, server }) => {
        const each = server?.memoryBytesPerConnection;
        return each === undefined ? [] : [{ x: connections, y: each * connections }];
      });
    return points.length < MIN_LEVELS ? [] : [slope(points)];
  });
  if (slopes.length === 0) return null;
  return { bytes: hodgesLehmann(slopes), ...finite(walshInterval(slopes, INTERVAL_ALPHA)) };
}

/** Converts an interval for results: JSON has no infinity. */
export function finite({ low, high }: Interval): { readonly low: number | null; readonly high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}
