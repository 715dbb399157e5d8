import type { History } from '../history/history.ts';
import { historyDocument } from '../history/history-document.ts';
import { readPageAssets } from '../page/assets.ts';
import { renderPage } from '../page/page.ts';

/**
 * Returns the renderer of a history as an HTML page, with the files that the page contains.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function historyPageRenderer(): (history: History, skipped: readonly string[]) => string {
  const assets = readPageAssets();
  return (history, skipped) => renderPage(historyDocument(history, skipped), assets);
}
