import { type CalibrationTimes, FULL_TIMES } from './cases.ts';

/** Time that all cases take together with FULL_TIMES, with warm-ups and server starts. */
const FULL_MS = 40_000;
const MIN_MS = 5000;
/** Period of the injected stalls. The stall case must last a whole number of periods. */
const STALL_PERIOD_MS = 2000;

/**
 * Returns the measuring time of each case, such that all cases together take about `durationMs`.
 * @returns undefined when `durationMs` is below 5 s, which is too short to see anything.
 */
export function calibrationTimes(durationMs: number = FULL_MS): CalibrationTimes | undefined {
  if (durationMs < MIN_MS) return undefined;
  const scale = durationMs / FULL_MS;
  return {
    ...FULL_TIMES,
    delayMs: Math.round(FULL_TIMES.delayMs * scale),
    stallMs: Math.max(1, Math.round((FULL_TIMES.stallMs * scale) / STALL_PERIOD_MS)) * STALL_PERIOD_MS,
    datagramsMs: Math.round(FULL_TIMES.datagramsMs * scale),
    oneSocketMs: Math.round(FULL_TIMES.oneSocketMs * scale),
  };
}
