import { appendFileSync, truncateSync } from 'node:fs';
import * as z from 'zod';
import { ResultFileError } from '../bench/model/errors.ts';
import type { Reason } from '../bench/model/trial.ts';
import { type Saved, savedSchemas } from './saved.ts';

/**
 * The journal of a run that is not over: a line of JSON for each change of its results, so that saving a trial costs the
 * same whether it is the first or the thousandth, and a run that is killed loses no trial that it had finished.
 */

/** What a line says: fields to set, elements to add to arrays, and elements of arrays to replace, by index. */
const entrySchema = z.strictObject({
  set: z.record(z.string(), z.unknown()).optional(),
  add: z.record(z.string(), z.array(z.unknown())).optional(),
  replace: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Fields that follow from the others, and grow with the number of trials: not in the journal. A reader finds them out
 * anew, see recovery.ts.
 */
const DERIVED: ReadonlySet<string> = new Set(['comparison', 'scaling', 'cpuGains']);

/** Writes a journal. */
export class JournalWriter {
  readonly #file: string;
  #bytes = 0;
  /** What the journal says. */
  #written: Record<string, unknown> = {};

  /** @param file made when the first line is written. */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Adds what changed since the last time, if anything did. Fields and elements of arrays count as unchanged when they
   * are the same objects. When that fails, the journal is as before, and the next call adds this change too.
   * @throws {Error} of the file system. @throws {ZodError} when the results break their schema, which is a fault of ours.
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

  /** Removes what was written of a line that failed. */
  #takeBack(): void {
    try {
      truncateSync(this.#file, this.#bytes);
    } catch {
      // There is no file yet, or the disk is gone: who called is told of the first error.
    }
  }
}

/** What makes one result of another; null: nothing. */
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

/** @throws {ZodError} when what an entry says breaks the schema of the results. */
function validate({ set = {}, add = {}, replace = {} }: Entry, schema: Saved['schema']): void {
  const partial = savedSchemas[schema].partial();
  for (const part of [set, add]) partial.parse(part);
  partial.parse(Object.fromEntries(Object.entries(replace).map(([key, values]) => [key, Object.values(values)])));
}

/** What a journal says, and what its reader should know. */
export interface JournalContent {
  readonly content: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Reason[];
}

/**
 * Reads a journal. A last line that is not whole was being written when the run was killed: it is left out, with a warning.
 * @param file what it is called in errors and warnings.
 * @throws {ResultFileError} when any other line is damaged, or there is no whole line.
 */
export function parseJournal(text: string, file: string): JournalContent {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  if (lines.length === 0) throw new ResultFileError(`${file} has no whole line: nothing had been measured`);
  const content: Record<string, unknown> = {};
  for (const [i, line] of lines.entries()) apply(parseEntry(line, `${file}, line ${i + 1},`), content);
  const warnings = torn === '' ? [] : [tornLine(file, lines.length + 1)];
  return { content, warnings };
}

function tornLine(file: string, number: number): Reason {
  const message = `line ${number} of ${file} is not whole, and was left out: it was being written when the run was killed`;
  return { code: 'torn-line', message };
}

function parseEntry(line: string, where: string): Entry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    throw new ResultFileError(`${where} is damaged or was edited; measure again, or take the line out`, {
      cause: error,
    });
  }
}

/** Changes content as an entry says. */
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
