import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ResultFileError } from '../../bench/model/errors.ts';
import { readSaved } from '../files/reader.ts';
import { JOURNAL_FILE, LATEST, RESULT_FILE } from '../files/sink.ts';
import { type HistoryRun, historyRun } from './history-run.ts';

/** The saved runs of a folder of results. */
export interface SavedRuns {
  /** Oldest first. */
  readonly runs: readonly HistoryRun[];
  /** Files that could not be read, each with the reason. */
  readonly skipped: readonly string[];
}

/**
 * Reads all runs of a folder, one after the other, and keeps of each only what a history needs: those in directories, as
 * commands save them, and files `*.json`, as `--json` writes them. A file that cannot be read is skipped.
 * @param metrics names of the metrics to read.
 * @throws {ResultFileError} when there is no such folder. The message contains the remedy.
 */
export function readRuns(folder: string, metrics: ReadonlySet<string>): SavedRuns {
  const runs: HistoryRun[] = [];
  const skipped: string[] = [];
  for (const name of runNames(folder)) {
    try {
      runs.push(historyRun(name, readSaved(join(folder, name)), metrics));
    } catch (error) {
      if (!(error instanceof ResultFileError)) throw error;
      skipped.push(error.message.split('\n')[0] ?? name);
    }
  }
  const time = ({ startedAt }: HistoryRun) => Date.parse(startedAt);
  return { runs: runs.sort((a, b) => time(a) - time(b)), skipped };
}

/** Returns the names of directories and files that may contain a run, in the order of their names. */
function runNames(folder: string): string[] {
  return entriesOf(folder)
    .filter(({ name }) => name !== LATEST && !name.startsWith('.'))
    .filter((entry) => (entry.isDirectory() ? isRun(join(folder, entry.name)) : entry.name.endsWith('.json')))
    .map(({ name }) => name)
    .sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const advice = isMissing
      ? 'there is no such folder; measure first with `sockbench bench`, or name the folder given to --out-dir'
      : `it can't be read (${code})`;
    throw new ResultFileError(`${folder}: ${advice}`, { cause: error });
  }
}

function isRun(directory: string): boolean {
  return [RESULT_FILE, JOURNAL_FILE].some((file) => existsSync(join(directory, file)));
}
