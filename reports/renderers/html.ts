import type { Saved } from '../files/saved.ts';
import { readPageAssets } from '../page/assets.ts';
import { renderPage } from '../page/page.ts';
import { documentOfPair } from '../sections/pair-document.ts';
import { documentOf } from '../sections/result-document.ts';
import type { PairRenderer, Renderer } from './renderer.ts';

/**
 * Returns the renderer of HTML pages, with the files that they contain.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function htmlRenderer(): Renderer<Saved> {
  const assets = readPageAssets();
  return (saved) => renderPage(documentOf(saved), assets);
}

/**
 * Returns the same for two results side by side.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function htmlPairRenderer(): PairRenderer {
  const assets = readPageAssets();
  return (a, b) => renderPage(documentOfPair(a, b), assets);
}
