import { accessSync, constants, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Result } from '../bench/model/result.ts';
import { renderJson } from './renderers/json.ts';

export const RESULT_FILE = 'results.json';
export const LATEST = 'latest';

/**
 * The only writer of results: one run's directory `ROOT/2026-11-21T00-10-05Z/`, and `ROOT/latest` pointing to the last
 * one. A file is there whole or not at all: it is written beside its place and renamed into it.
 */
export class ResultSink {
  readonly directory: string;
  /** Where the results are saved. */
  readonly file: string;

  /**
   * Makes the run's directory; never one that another run made, also when both start in the same second.
   * @throws {Error} of the file system, when the directory can't be made.
   */
  constructor(root: string, startedAt: Date) {
    this.directory = makeDirectory(root, directoryName(startedAt));
    this.file = join(this.directory, RESULT_FILE);
  }

  /** Saves all results so far, in place of those saved before. @throws {Error} of the file system. */
  save(result: Result): void {
    this.saveText(renderJson(result));
  }

  /** Saves results that are JSON already. @throws {Error} of the file system. */
  saveText(json: string): void {
    writeWhole(this.file, json);
    pointTo(this.directory);
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
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
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
