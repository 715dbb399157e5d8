/** The work in a saved trial or failure. */
interface RecordedWork {
  readonly work?: string | null | undefined;
  readonly cacheHit?: number | undefined;
}

/** Returns work in words: `cpu:200us`, `cpu:200us (80 % cache hits)`; null for none. */
export function workWords({ work = null, cacheHit = 0 }: RecordedWork): string | null {
  return work === null || cacheHit === 0 ? work : `${work} (${Number((cacheHit * 100).toPrecision(3))} % cache hits)`;
}

/**
 * Returns all recorded work in words: none first, then by name, independently of the order in which it was measured.
 * Always contains null.
 */
export function worksOf(outcomes: readonly RecordedWork[]): (string | null)[] {
  const works = new Set(outcomes.map(workWords).filter((work) => work !== null));
  return [null, ...[...works].sort()];
}
