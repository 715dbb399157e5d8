import { basename, dirname, join } from 'node:path';
import { JOURNAL_FILE, RESULT_FILE, writeReport } from '../../reports/files/sink.ts';
import { log } from '../cli/output.ts';
import type { Report } from '../flags/output.ts';
import { openFile } from './open-file.ts';
import { orMisconfigured } from './or-misconfigured.ts';

const PAGE_FILE = 'report.html';

/**
 * Shows a report as a page in a browser, and prints where the page is.
 * @param file of the results; the page is written next to it, unless one of the reports is a page.
 * @param reports that were written.
 * @param page returns the page.
 * @throws {ConfigurationError} when the page can't be written.
 */
export async function openReport(file: string, reports: readonly Report[], page: () => Promise<string>): Promise<void> {
  const written = pageOf(reports);
  const target = written ?? pageFile(file);
  if (written === undefined) {
    const text = await page();
    orMisconfigured(() => writeReport(target, text), '--open');
  }
  const reason = await openFile(target);
  log(reason === undefined ? `page: ${target}` : `page: ${target} (not opened: ${reason})`);
}

/** Returns the file of the first report that is a page. */
export function pageOf(reports: readonly Report[]): string | undefined {
  return reports.find(({ format, file }) => format === 'html' && file !== '-')?.file;
}

/** Returns the file of the page of saved results: `report.html`, or the name of a file that the user has renamed. */
function pageFile(file: string): string {
  const name = basename(file);
  const isDefault = name === RESULT_FILE || name === JOURNAL_FILE;
  return join(dirname(file), isDefault ? PAGE_FILE : `${name.replace(/\.[^.]*$/, '')}.html`);
}
