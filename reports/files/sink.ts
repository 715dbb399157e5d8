import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { jsonDocument } from '../text/json-document.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { JournalWriter } from './journal.ts';
import { replaceFile, temporaryOf } from './replace-file.ts';
import { type Saved, savedSchemas } from './saved.ts';

export const RESULT_FILE = 'results.json';
/** Present until the document is complete: what has been measured so far, one line for each change; see journal.ts. */
export const JOURNAL_FILE = 'journal.jsonl';
export const LATEST = 'latest';

/**
 * Writes the results of a run to its directory `ROOT/2026-11-21T00-10-05Z/`, and points `ROOT/latest` to the last one.
 * During the run, results are appended to a journal; at the end the document replaces it. The document is always
 * complete: see {@link replaceFile}.
 */
export class ResultSink {
  readonly directory: string;
  /** File of the final results. */
  readonly file: string;
  readonly #journalFile: string;
  readonly #journal: JournalWriter;
  #isLatest = false;

  /**
   * Creates the run's directory, never one of another run, even if both start in the same second.
   * @throws {Error} of the file system, when the directory cannot be created.
   */
  constructor(root: string, startedAt: Date) {
    this.directory = makeDirectory(root, directoryName(startedAt));
    this.file = join(this.directory, RESULT_FILE);
    this.#journalFile = join(this.directory, JOURNAL_FILE);
    this.#journal = new JournalWriter(this.#journalFile);
  }

  /**
   * Saves the changes of the results since the last call, at a cost that does not grow with earlier results. They
   * survive the end of this process, however it ends.
   * @throws {Error} of the file system; the next call saves this change, too.
   */
  append(result: Saved): void {
    this.#journal.append(result);
    this.#point();
  }

  /**
   * Saves the whole document and flushes it to the disk.
   * @throws {Error} of the file system.
   */
  save(result: Saved): void {
    replaceFile(this.file, jsonDocument(savedSchemas[result.schema].parse(result)));
    this.#point();
    rmSync(this.#journalFile, { force: true });
  }

  /** Removes the directory when nothing was saved in it. Never throws. */
  removeIfEmpty(): void {
    try {
      rmdirSync(this.directory);
    } catch {
      // It has results, or is gone.
    }
  }

  #point(): void {
    if (!this.#isLatest) pointTo(this.directory);
    this.#isLatest = true;
  }
}

/**
 * Writes a report to a file that the user names, and creates its directory.
 * @throws {Error} of the file system.
 */
export function writeReport(file: string, document: string): void {
  ensureDirectory(dirname(file));
  if (isReplaceable(file)) replaceFile(file, document);
  else writeFileSync(file, document);
}

/**
 * Checks that {@link writeReport} will be able to write the file, before a long measurement. Creates the directory, and
 * leaves an existing file unchanged.
 * @throws {Error} of the file system.
 */
export function prepareReport(file: string): void {
  ensureDirectory(dirname(file));
  if (!isReplaceable(file)) {
    accessSync(file, constants.W_OK);
    return;
  }
  const trial = temporaryOf(file);
  writeFileSync(trial, '');
  rmSync(trial);
}

/**
 * Reports whether a new file may replace this one. Devices, pipes and links must be written to instead: as root,
 * `--json /dev/null` would replace the device.
 * @throws {Error} of the file system, when it is a directory.
 */
function isReplaceable(file: string): boolean {
  const present = lstatSync(file, { throwIfNoEntry: false });
  if (present?.isDirectory()) throw Object.assign(new Error(`EISDIR: '${file}' is a directory`), { syscall: 'open' });
  return present === undefined || present.isFile();
}

/** Returns the UTC time to the second, without characters that are special to a file system or a shell. */
function directoryName(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

function makeDirectory(root: string, name: string): string {
  ensureDirectory(root);
  for (let attempt = 1; ; attempt++) {
    const directory = join(root, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Creates a symbolic link. Where links are not allowed (Windows without the privilege, some network shares), it is a
 * file that contains the name.
 */
function pointTo(directory: string): void {
  const link = join(dirname(directory), LATEST);
  const temporary = temporaryOf(link);
  rmSync(temporary, { force: true });
  try {
    symlinkSync(basename(directory), temporary, 'dir');
    renameSync(temporary, link);
  } catch {
    rmSync(temporary, { force: true });
    replaceFile(link, `${basename(directory)}\n`);
  }
}
