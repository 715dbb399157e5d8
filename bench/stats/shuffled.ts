import type { Random } from '../../servers/random/streams.ts';

/** Returns a copy in uniformly random order, by Fisher and Yates, in the form of Durstenfeld (1964). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = copy[i] as T;
    copy[i] = copy[j] as T;
    copy[j] = held;
  }
  return copy;
}
