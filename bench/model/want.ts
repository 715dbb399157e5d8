/** A requirement, and the fault to report when it does not hold. */
export type Want = readonly [holds: boolean, fault: string];

/** Limits of requested values, beyond any machine of today. */
export const MAX_CONNECTIONS = 1_000_000;
export const MAX_RATE = 100_000_000;

export function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
