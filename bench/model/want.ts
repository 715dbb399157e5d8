/** Faults that some commands leave out or reword: there is no target; the rate cannot be used. */
export type FaultCode = 'no-target' | 'rate';

/** A reason why a configuration cannot be run. */
export interface Fault {
  /** Absent for faults that every command reports as they are. */
  readonly code?: FaultCode;
  /** The fault in the user's terms. */
  readonly text: string;
}

/** A requirement, and the fault to report when it does not hold. */
export type Want = readonly [holds: boolean, fault: string, code?: FaultCode];

/** Returns the faults of the requirements that do not hold. */
export function unmet(wants: readonly Want[]): Fault[] {
  return wants.filter(([holds]) => !holds).map(([, text, code]) => ({ text, ...(code && { code }) }));
}

/** Returns the texts of faults, for those that need nothing else. */
export function textsOf(faults: readonly Fault[]): string[] {
  return faults.map(({ text }) => text);
}

/** Limits of requested values, beyond any machine of today. */
export const MAX_CONNECTIONS = 1_000_000;
export const MAX_RATE = 100_000_000;
/** Bytes of a message. */
export const MAX_MESSAGE = 16 * 1024 * 1024;
export const MAX_PIPELINING = 1024;

export function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
