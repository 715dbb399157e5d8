import type { StreamKey } from './streams.ts';

/** The random decisions of a server or an app. Plain data. */
export interface RandomSpec {
  /** The streams that decide. Default: always the same ones. */
  readonly streamKey?: StreamKey | undefined;
}

/** Returns the streams that decide. */
export function streamKeyOf({ streamKey }: RandomSpec): StreamKey {
  return streamKey ?? { seed: 0 };
}

/**
 * Returns a copy for the `ordinal`-th of several threads, processes or connections of one server, with its own streams.
 * With shared streams, all would get their expensive requests at the same time. Number them in the order in which they
 * are started or accepted. Do not use descriptors or thread ids, which differ from run to run.
 */
export function ofSeveral<S extends RandomSpec>(served: S, ordinal: number): S {
  return { ...served, streamKey: { ...streamKeyOf(served), ordinal } };
}
