/**
 * Returns the duration of a generator's warm-up, in which its hot loop is compiled: a second, which is enough, and not more
 * than twice the measured time. The programs in C are compiled beforehand, too.
 */
export function warmupSeconds(measuredSeconds: number): number {
  return Math.min(1, 2 * measuredSeconds);
}
