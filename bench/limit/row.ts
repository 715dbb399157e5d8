import type { Random } from '../../servers/random.ts';
import type { Figure, Measured } from './figure.ts';
import type { CReference } from './reference.ts';

/** What all rows are measured with. */
export interface Setting {
  readonly reference: CReference;
  /** The server's CPU. */
  readonly serverCpu: number;
  /** The CPU of whoever makes the load. */
  readonly loadCpu: number;
  /** How long each contestant is measured in each round. */
  readonly seconds: number;
}

/** Some figures that are measured together, under one load. */
export interface LimitRow<Name extends string = string> {
  /** What `--rows` calls it. */
  readonly name: string;
  readonly title: string;
  readonly figures: Readonly<Record<Name, Figure>>;
  /** Starts the servers that the row needs. */
  prepare(setting: Setting): Promise<PreparedRow<Name>>;
}

export interface PreparedRow<Name extends string = string> {
  /** Why some figures will be missing. */
  readonly notes: readonly string[];
  /** Runs each contestant once, in random order, so that the machine's changing speed hits all alike. */
  measure(random: Random): Promise<Measured<Name>>;
  /** Ends the servers, and resolves when they are gone. */
  close(): Promise<void>;
}
