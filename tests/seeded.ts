import { type Random, streamOf } from '../servers/random/streams.ts';

/** Returns a random generator for tests. The same seed gives the same numbers. */
export function seeded(seed: number): Random {
  return streamOf('micro values', { seed });
}
