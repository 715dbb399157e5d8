import type { Result } from '../../bench/model/result.ts';

/** Options for renderers with a layout; others ignore them. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns of text to stay within; at least 80. */
  readonly width: number;
}

/** Turns a result into a document. Pure: no I/O, no clock. */
export type Renderer = (result: Result, options: RenderOptions) => string;
