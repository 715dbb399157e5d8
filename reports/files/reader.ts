import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type * as z from 'zod';
import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import { ResultFileError } from '../../bench/model/errors.ts';
import { type Result, SCHEMA } from '../../bench/model/result.ts';
import { parseJournal } from './journal.ts';
import { recovered } from './recovery.ts';
import { isSavedSchema, type Saved, savedSchemas } from './saved.ts';
import { JOURNAL_FILE, RESULT_FILE } from './sink.ts';

const IF_MISSING = 'measure first with `sockbench bench`, or name a results.json';

/** Largest number of faults in an error about one file. */
const MAX_FAULTS = 5;

/**
 * Reads saved results of trials. Fields of later versions are kept.
 * @param path a results file, the directory of a run, or the file `latest` where links are not allowed. For a run that
 * was killed, its journal or directory.
 * @throws {ResultFileError} when there is no such file, or it contains a regression check, or no result of a known
 * schema. The message contains the remedy.
 */
export function readResult(path: string): Result {
  const saved = readSaved(path);
  if (saved.schema === SCHEMA) return saved;
  throw new ResultFileError(
    `${path} contains a regression check, which already compares two programs: ` +
      'print it alone, or name results of bench, run or scale',
  );
}

/**
 * Reads saved results, of trials or of a regression check.
 * @param path as for {@link readResult}.
 * @throws {ResultFileError} when there is no such file, or it contains no result of a known schema. The message
 * contains the remedy.
 */
export function readSaved(path: string): Saved {
  const file = locate(path);
  if (basename(file) === JOURNAL_FILE) return readJournal(file);
  return document(readJson(file, 'a results.json', IF_MISSING), file);
}

function readJournal(file: string): Saved {
  const { content, warnings } = parseJournal(read(file, IF_MISSING), file);
  const saved = document(content, file);
  return recovered({ ...saved, warnings: [...saved.warnings, ...warnings] });
}

function document(content: unknown, file: string): Saved {
  const schema = isObject(content) ? content.schema : undefined;
  if (isSavedSchema(schema)) return validated<Saved>(savedSchemas[schema], content, file);
  throw new ResultFileError(`${file} ${whySchema(schema)}`);
}

/**
 * Validates the content of a file.
 * @throws {ResultFileError} that names the faults.
 */
export function validated<T>(schema: z.ZodType<T>, content: unknown, file: string): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`);
  const more = faults.length > MAX_FAULTS ? [`and ${faults.length - MAX_FAULTS} more`] : [];
  throw new ResultFileError(
    [`${file} is damaged or was edited; measure again, or fix:`, ...faults.slice(0, MAX_FAULTS), ...more].join('\n  '),
  );
}

/**
 * Returns the file of saved results that a path leads to, without symbolic links.
 * @param path as for {@link readResult}.
 * @throws {Error} of the file system, when there is none.
 */
export function locateSaved(path: string): string {
  return realpathSync(locate(path));
}

function locate(path: string): string {
  if (isDirectory(path)) return inDirectory(path);
  // `latest` may be a file that names the directory beside it: see sink.ts.
  const name = /^[\w.-]+Z(-\d+)?\n$/.exec(peek(path) ?? '')?.[0].trim();
  return name === undefined ? path : inDirectory(join(dirname(path), name));
}

/** Returns the results file of a run's directory, or the journal of a run that did not complete. */
function inDirectory(directory: string): string {
  const [document, journal] = [RESULT_FILE, JOURNAL_FILE].map((name) => join(directory, name)) as [string, string];
  return !existsSync(document) && existsSync(journal) ? journal : document;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function peek(path: string): string | undefined {
  const entry = statSync(path, { throwIfNoEntry: false });
  return entry?.isFile() && entry.size < 256 ? readFileSync(path, 'utf8') : undefined;
}

/**
 * Reads a file as JSON.
 * @param kind what the file should be.
 * @param ifMissing what to do when there is no such file.
 * @throws {ResultFileError} when there is no such file, it cannot be read, or it is not JSON.
 */
export function readJson(file: string, kind: string, ifMissing: string): unknown {
  const text = read(file, ifMissing);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ResultFileError(`${file} is not JSON; name ${kind} that sockbench saved`, { cause: error });
  }
}

function read(file: string, ifMissing: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const advice = isMissing ? `there is no such file; ${ifMissing}` : `it can't be read (${code})`;
    throw new ResultFileError(`${file}: ${advice}`, { cause: error });
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function whySchema(schema: unknown): string {
  const ours = typeof schema === 'string' && /^sockbench\/(result|check)\//.exec(schema);
  if (ours) {
    const known = ours[1] === 'check' ? CHECK_SCHEMA : SCHEMA;
    return `has the schema ${JSON.stringify(schema)}, and this sockbench reads ${known}; use the sockbench that wrote it, or a newer one`;
  }
  return `is not a result of sockbench (no "schema": "${SCHEMA}"); name a results.json that sockbench saved`;
}
