import { type Random, streamOf } from '../servers/random.ts';

/** A source of chance for a test. The same seed gives the same numbers. */
export function seeded(seed: number): Random {
  return streamOf('micro values', { seed });
}
