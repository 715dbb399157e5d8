/** What a saved trial or failure says of its work. */
interface RecordedWork {
  readonly work?: string | null | undefined;
  readonly cacheHit?: number | undefined;
}

/** Work in words: `cpu:200us`, `cpu:200us (80 % cache hits)`; null for none. */
export function workWords({ work = null, cacheHit = 0 }: RecordedWork): string | null {
  return work === null || cacheHit === 0 ? work : `${work} (${Number((cacheHit * 100).toPrecision(3))} % cache hits)`;
}

/** All work that was recorded, in words: none first, the rest by name, whatever the order in which it was measured. */
export function worksOf(outcomes: readonly RecordedWork[]): (string | null)[] {
  const works = new Set(outcomes.map(workWords).filter((work) => work !== null));
  return [null, ...[...works].sort()];
}
