import { appendFileSync, truncateSync } from 'node:fs';
import * as z from 'zod';
import { ResultFileError } from '../../bench/model/errors.ts';
import type { Reason } from '../../bench/model/trial.ts';
import { type Saved, savedSchemas } from './saved.ts';

/**
 * The journal of a run in progress: one line of JSON for each change of its results. Saving a trial costs the same for
 * the first and the thousandth, and a run that is killed loses no completed trial.
 */

/** The content of a line: fields to set, elements to append to arrays, and elements of arrays to replace, by index. */
const entrySchema = z.strictObject({
  set: z.record(z.string(), z.unknown()).optional(),
  add: z.record(z.string(), z.array(z.unknown())).optional(),
  replace: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Fields that are computed from others and grow with the number of trials. The journal does not contain their changes;
 * its reader computes them again, see recovery.ts.
 */
const DERIVED: ReadonlySet<string> = new Set(['comparison', 'scaling', 'cpuGains']);

/** Writes a journal. */
export class JournalWriter {
  readonly #file: string;
  #bytes = 0;
  /** The results as the journal contains them. */
  #written: Record<string, unknown> = {};

  /** @param file created when the first line is written. */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Appends what changed since the last call, if anything. Fields and elements of arrays count as unchanged when they
   * are the same objects. On failure the journal stays as it was, and the next call appends this change too.
   * @throws {Error} of the file system.
   * @throws {ZodError} when the results do not match their schema, which is a bug.
   */
  append(result: Saved): void {
    const entry = changes(this.#written, result);
    if (entry === null) return;
    validate(entry, result.schema);
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      appendFileSync(this.#file, line);
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#bytes += line.length;
    this.#written = { ...result };
  }

  /** Removes a partly written line. */
  #takeBack(): void {
    try {
      truncateSync(this.#file, this.#bytes);
    } catch {
      // There is no file yet, or the disk failed: the caller receives the first error.
    }
  }
}

/** Returns the difference between two results; null when there is none. */
function changes(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Entry | null {
  const set: Record<string, unknown> = {};
  const add: Record<string, unknown[]> = {};
  const replace: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (value === old || value === undefined || (DERIVED.has(key) && old !== undefined)) continue;
    if (!Array.isArray(value) || !Array.isArray(old) || old.length > value.length) set[key] = value;
    else if (old.length < value.length && old.at(-1) === value[old.length - 1]) add[key] = value.slice(old.length);
    else if (old.length < value.length) set[key] = value;
    else replace[key] = Object.fromEntries(value.flatMap((each, i) => (each === old[i] ? [] : [[String(i), each]])));
  }
  const parts = Object.entries({ set, add, replace }).filter(([, part]) => Object.keys(part).length > 0);
  return parts.length === 0 ? null : Object.fromEntries(parts);
}

/** @throws {ZodError} when an entry does not match the schema of the results. */
function validate({ set = {}, add = {}, replace = {} }: Entry, schema: Saved['schema']): void {
  const partial = savedSchemas[schema].partial();
  for (const part of [set, add]) partial.parse(part);
  partial.parse(Object.fromEntries(Object.entries(replace).map(([key, values]) => [key, Object.values(values)])));
}

/** The content of a journal, and warnings about it. */
export interface JournalContent {
  readonly content: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Reason[];
}

/**
 * Reads a journal. An incomplete last line was being written when the run was killed; it is left out, with a warning.
 * @param file name for errors and warnings.
 * @throws {ResultFileError} when any other line is damaged, or no line is complete.
 */
export function parseJournal(text: string, file: string): JournalContent {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  if (lines.length === 0) throw new ResultFileError(`${file} has no complete line: nothing was measured`);
  const content: Record<string, unknown> = {};
  for (const [i, line] of lines.entries()) apply(parseEntry(line, `${file}, line ${i + 1},`), content);
  const warnings = torn === '' ? [] : [tornLine(file, lines.length + 1)];
  return { content, warnings };
}

function tornLine(file: string, number: number): Reason {
  const message = `line ${number} of ${file} is incomplete and was ignored: it was being written when the run was killed`;
  return { code: 'torn-line', message };
}

function parseEntry(line: string, where: string): Entry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    throw new ResultFileError(`${where} is damaged or was edited; measure again, or delete the line`, {
      cause: error,
    });
  }
}

/** Applies an entry to the content. */
function apply({ set = {}, add = {}, replace = {} }: Entry, content: Record<string, unknown>): void {
  Object.assign(content, set);
  for (const [key, values] of Object.entries(add)) arrayIn(content, key).push(...values);
  for (const [key, values] of Object.entries(replace)) {
    for (const [index, value] of Object.entries(values)) arrayIn(content, key)[Number(index)] = value;
  }
}

function arrayIn(content: Record<string, unknown>, key: string): unknown[] {
  const value = content[key];
  if (Array.isArray(value)) return value;
  const array: unknown[] = [];
  content[key] = array;
  return array;
}
