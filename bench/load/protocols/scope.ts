import type { StreamKey } from '../../../servers/random/streams.ts';

/** The connections of one thread, which share a protocol. */
export interface ProtocolScope {
  readonly connections: number;
  /** Index of its first connection among those of all threads. */
  readonly firstConnection: number;
  /** Determines all random choices. */
  readonly streamKey: StreamKey;
  /** Returns the target of a connection that is open. Undefined when there is one target. */
  readonly targetOf?: (c: number) => number;
}
