import type { Result } from '../../bench/model/result.ts';
import type { Saved } from '../files/saved.ts';
import type { NamedResult } from '../text/pair-heading.ts';

/** Options for renderers with a layout; others ignore them. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns of text to stay within; at least 80. */
  readonly width: number;
  /** Draws plots and sparklines with ASCII characters only. Default: false. */
  readonly ascii?: boolean;
}

/** Turns results of one kind, by default of trials, into a document. Pure: no I/O, no clock. */
export type Renderer<R extends Saved = Result> = (result: R, options: RenderOptions) => string;

/** Turns two results that can be compared into a document that shows them side by side. Pure. */
export type PairRenderer = (a: NamedResult, b: NamedResult, options: RenderOptions) => string;
