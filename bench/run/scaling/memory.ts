import type { TargetScaling } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { slope } from '../../stats/slope.ts';
import { hodgesLehmann, type Interval, walshInterval } from '../../stats/walsh.ts';

const INTERVAL_ALPHA = 0.05;
/** Levels that a line needs at the least, lest two of them say what they like. */
const LEAST_LEVELS = 3;

/**
 * What each further connection costs in memory: the slope, over levels, of what all connections hold once they were
 * answered and are idle. So what a server sets up once is not in it. One slope a round, by least squares, and of those
 * Hodges and Lehmann's estimate with its 95 % interval.
 * @param trials of one target in one scenario.
 * @returns null where no round has three levels of which it is known.
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
    return points.length < LEAST_LEVELS ? [] : [slope(points)];
  });
  if (slopes.length === 0) return null;
  return { bytes: hodgesLehmann(slopes), ...finite(walshInterval(slopes, INTERVAL_ALPHA)) };
}

/** As results keep it: JSON knows no infinity. */
export function finite({ low, high }: Interval): { readonly low: number | null; readonly high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}
