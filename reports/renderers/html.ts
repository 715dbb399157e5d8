import type { Saved } from '../files/saved.ts';
import { readPageAssets } from '../page/assets.ts';
import { renderPage } from '../page/page.ts';
import { documentOf } from '../sections/result-document.ts';
import type { Renderer } from './renderer.ts';

/**
 * Returns the renderer of HTML pages, with the files that they contain.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function htmlRenderer(): Renderer<Saved> {
  const assets = readPageAssets();
  return (saved) => renderPage(documentOf(saved), assets);
}
