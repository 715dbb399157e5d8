/** Returns when a measurement was made, in UTC. */
export function timesLine({
  startedAt,
  finishedAt,
}: {
  readonly startedAt: string;
  readonly finishedAt: string | null;
}): string {
  return `started ${instant(startedAt)}${finishedAt === null ? '' : `, finished ${instant(finishedAt)}`}`;
}

/** Formats a time to seconds: `2026-11-21 00:10:05 UTC`. @param at as ISO 8601. */
export function instant(at: string): string {
  return `${at.slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ')} UTC`;
}
