import type { Random } from '../../servers/random/streams.ts';

/** Returns a copy in uniformly random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  shuffleRange(copy, 0, copy.length, random);
  return copy;
}

/**
 * Brings the items from `from` to before `to` into uniformly random order, by Fisher and Yates, in the form of
 * Durstenfeld (1964).
 */
export function shuffleRange<T>(items: { [i: number]: T }, from: number, to: number, random: Random): void {
  for (let i = to - 1; i > from; i--) {
    const j = from + Math.floor(random() * (i - from + 1));
    const held = items[i] as T;
    items[i] = items[j] as T;
    items[j] = held;
  }
}
