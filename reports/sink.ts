import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { JournalWriter } from './journal.ts';
import { jsonDocument } from './json-document.ts';
import { type Saved, savedSchemas } from './saved.ts';

export const RESULT_FILE = 'results.json';
/** Beside it until it is there: what has been measured so far, a line for each change; see journal.ts. */
export const JOURNAL_FILE = 'journal.jsonl';
export const LATEST = 'latest';

/**
 * The only writer of results: one run's directory `ROOT/2026-11-21T00-10-05Z/`, and `ROOT/latest` pointing to the last
 * one. While the run goes on, what it measures is appended to a journal; at the end the document takes its place. The
 * document is there whole or not at all: it is written beside its place and renamed into it.
 */
export class ResultSink {
  readonly directory: string;
  /** Where the results are saved in the end. */
  readonly file: string;
  readonly #journalFile: string;
  readonly #journal: JournalWriter;
  #isLatest = false;

  /**
   * Makes the run's directory; never one that another run made, also when both start in the same second.
   * @throws {Error} of the file system, when the directory can't be made.
   */
  constructor(root: string, startedAt: Date) {
    this.directory = makeDirectory(root, directoryName(startedAt));
    this.file = join(this.directory, RESULT_FILE);
    this.#journalFile = join(this.directory, JOURNAL_FILE);
    this.#journal = new JournalWriter(this.#journalFile);
  }

  /**
   * Saves what results gained since the last call; it costs no more for those before. They survive the end of this
   * process, however it ends.
   * @throws {Error} of the file system; the next call saves this, too.
   */
  append(result: Saved): void {
    this.#journal.append(result);
    this.#point();
  }

  /** Saves the whole document; it is on the disk when this returns. @throws {Error} of the file system. */
  save(result: Saved): void {
    writeWhole(this.file, jsonDocument(savedSchemas[result.schema].parse(result)));
    this.#point();
    rmSync(this.#journalFile, { force: true });
  }

  #point(): void {
    if (!this.#isLatest) pointTo(this.directory);
    this.#isLatest = true;
  }
}

/**
 * Writes a report to a file of the user's choice, making its directory.
 * @throws {Error} of the file system.
 */
export function writeReport(file: string, document: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (isReplaceable(file)) writeWhole(file, document);
  else writeFileSync(file, document);
}

/**
 * Makes sure that {@link writeReport} will be able to write there, before minutes are spent on what it shall say. Makes
 * the directory, and leaves a file that is there as it is.
 * @throws {Error} of the file system.
 */
export function prepareReport(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (!isReplaceable(file)) {
    accessSync(file, constants.W_OK);
    return;
  }
  const trial = temporaryOf(file);
  writeFileSync(trial, '');
  rmSync(trial);
}

/**
 * May a new file take its place? Not that of a device, a pipe or a link, which are there to be written to: as root,
 * `--json /dev/null` would put an end to it.
 * @throws {Error} of the file system, when it is a directory.
 */
function isReplaceable(file: string): boolean {
  const present = lstatSync(file, { throwIfNoEntry: false });
  if (present?.isDirectory()) throw Object.assign(new Error(`EISDIR: '${file}' is a directory`), { syscall: 'open' });
  return present === undefined || present.isFile();
}

/** UTC, to the second, with no character that a file system or a shell minds. */
function directoryName(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

function makeDirectory(root: string, name: string): string {
  mkdirSync(root, { recursive: true });
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

function writeWhole(file: string, content: string): void {
  const temporary = temporaryOf(file);
  try {
    writeFileSync(temporary, content, { flush: true });
    renameSync(temporary, file);
    flushDirectory(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Has the names in a directory reach the disk: a rename alone may be lost, fsync(2). */
function flushDirectory(directory: string): void {
  // Windows opens no directories, and writes their entries by itself.
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function temporaryOf(file: string): string {
  return `${file}.${process.pid}.tmp`;
}

/** A symbolic link; where links are not allowed (Windows without the privilege, some shares) a file with the name. */
function pointTo(directory: string): void {
  const link = join(dirname(directory), LATEST);
  const temporary = temporaryOf(link);
  rmSync(temporary, { force: true });
  try {
    symlinkSync(basename(directory), temporary, 'dir');
    renameSync(temporary, link);
  } catch {
    rmSync(temporary, { force: true });
    writeWhole(link, `${basename(directory)}\n`);
  }
}
