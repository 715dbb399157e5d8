import type { HotPathName } from './names.ts';

/** A part of our code that runs for every request. */
export interface HotPath {
  readonly name: HotPathName;
  /** What one call does, in one line. */
  readonly summary: string;
  /** Returns why the path cannot run here; undefined when it can. */
  whyNot?(): string | undefined;
  /** Creates the data that the path works on. Called before measuring. */
  prepare(): PreparedPath;
}

export interface PreparedPath {
  /**
   * Calls the path a number of times, one call after the other. The results go into the returned value, so that V8 does
   * not remove the calls.
   */
  repeat(times: number): number;
  /** Releases what was prepared. */
  release?(): void;
}
