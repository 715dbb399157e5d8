import { type CalibrationTimes, FULL_TIMES } from '../bench/calibrate/cases.ts';

/** All cases together, with warm-ups and the starts of servers. */
const FULL_MS = 40_000;
const LEAST_MS = 5000;
/** A stall's period: its case must last a whole number of them. */
const STALL_PERIOD_MS = 2000;

/**
 * How long each case is measured, when all together shall take about so long.
 * @returns undefined when that is too short to see anything.
 */
export function calibrationTimes(durationMs: number = FULL_MS): CalibrationTimes | undefined {
  if (durationMs < LEAST_MS) return undefined;
  const scale = durationMs / FULL_MS;
  return {
    ...FULL_TIMES,
    delayMs: Math.round(FULL_TIMES.delayMs * scale),
    stallMs: Math.max(1, Math.round((FULL_TIMES.stallMs * scale) / STALL_PERIOD_MS)) * STALL_PERIOD_MS,
    datagramsMs: Math.round(FULL_TIMES.datagramsMs * scale),
    oneSocketMs: Math.round(FULL_TIMES.oneSocketMs * scale),
  };
}
