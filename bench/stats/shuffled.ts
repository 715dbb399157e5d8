import type { Random } from '../../servers/random.ts';

/** A copy in uniformly random order: Fisher and Yates, as Durstenfeld (1964) wrote it. */
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
