import type { PacerSpec } from './pacer.ts';

/** When requests of a thread follow each other this closely, they are sent in groups: see event-wait.ts. */
export const GATHERING_GAP_NANOS = 30_000;

/** Reports whether a schedule has times at which its requests follow each other so closely. */
export function gathers({ profile, threads }: PacerSpec): boolean {
  const peak = Math.max(profile.start, ...profile.stages.map(({ target }) => target));
  return peak / threads > 1e9 / GATHERING_GAP_NANOS;
}
