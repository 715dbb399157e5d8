import type { Random } from '../../../servers/random/streams.ts';
import type { Figure, Measured } from './figure.ts';
import type { PeerName, PeerNeeds } from './peers.ts';
import type { CReference } from './reference.ts';

/** What a row is measured with. */
export interface Setting {
  readonly reference: CReference;
  /** CPU of the server. */
  readonly serverCpu: number;
  /** CPU of the load generator. */
  readonly loadCpu: number;
  /** How long each contestant is measured in each round. */
  readonly seconds: number;
  /** The programs that the row needs or uses, as far as they are installed. */
  readonly installed: ReadonlySet<PeerName>;
}

/** A group of figures that are measured together, under one load. */
export interface LimitRow<Name extends string = string> extends PeerNeeds {
  /** The name for `--rows`. */
  readonly name: string;
  readonly title: string;
  readonly figures: Readonly<Record<Name, Figure>>;
  /** Starts the servers that the row needs. */
  prepare(setting: Setting): Promise<PreparedRow<Name>>;
}

export interface PreparedRow<Name extends string = string> {
  /** Why some figures will be missing, apart from programs that are not installed. */
  readonly notes: readonly string[];
  /** Runs each contestant once, in random order, so that changes of the machine's speed affect all alike. */
  measure(random: Random): Promise<Measured<Name>>;
  /** Stops the servers; resolves when they have ended. */
  close(): Promise<void>;
}
