import type { StreamKey } from './random.ts';

/** What is left to chance in what is served. Plain data. */
export interface LeftToChance {
  /** Which streams decide it; without it, always the same ones. */
  readonly streamKey?: StreamKey | undefined;
}

/** Which streams decide what is left to chance in it. */
export function streamKeyOf({ streamKey }: LeftToChance): StreamKey {
  return streamKey ?? { seed: 0 };
}

/**
 * The same for the `ordinal`-th of several threads, processes or connections of one server, with streams of its own: else
 * all would meet their expensive requests at the same time. Number them in the order in which they are started or
 * accepted, not by descriptors or thread ids, which differ from run to run.
 */
export function ofSeveral<S extends LeftToChance>(served: S, ordinal: number): S {
  return { ...served, streamKey: { ...streamKeyOf(served), ordinal } };
}
