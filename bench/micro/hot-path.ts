import type { HotPathName } from './names.ts';

/** A piece of our own code that runs for every request. */
export interface HotPath {
  readonly name: HotPathName;
  /** What one call does, in a line. */
  readonly summary: string;
  /** Why it can't run here; undefined when it can. */
  whyNot?(): string | undefined;
  /** Makes what it works on. Called before measuring. */
  prepare(): PreparedPath;
}

export interface PreparedPath {
  /** Calls it so often, one call after the other. Their results go into what is returned, so that V8 keeps them. */
  repeat(times: number): number;
  /** Gives back what was prepared. */
  release?(): void;
}
