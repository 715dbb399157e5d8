import type { Result } from '../bench/model/result.ts';

/** How a renderer that draws for the eye shall draw; others disregard it. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns of text to stay within, from 80. */
  readonly width: number;
}

/** Turns a result into a document. Pure: no I/O, no clock. */
export type Renderer = (result: Result, options: RenderOptions) => string;
