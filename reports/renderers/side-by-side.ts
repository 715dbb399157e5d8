import { layBesideEachOther, type NamedResult } from '../tables/side-by-side.ts';
import type { RenderOptions } from './renderer.ts';
import { drawSummary } from './terminal.ts';

/** Renders two comparable runs as text for a terminal. */
export function renderSideBySide(a: NamedResult, b: NamedResult, options: RenderOptions): string {
  return drawSummary(layBesideEachOther(a, b), options);
}
