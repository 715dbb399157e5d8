import { existsSync } from 'node:fs';
import { NotComparableError, ResultFileError } from '../../bench/model/errors.ts';
import { BASELINE_SCHEMA, type StoredBaseline, storedBaselineSchema } from '../../bench/model/stored-baseline.ts';
import { jsonDocument } from '../text/json-document.ts';
import { isObject, readJson, validated } from './reader.ts';
import { prepareReport, writeReport } from './sink.ts';

const ANY_VERSION = /^sockbench\/baseline\//;

/**
 * Reads a baseline.
 * @throws {ResultFileError} when there is no such file, or it contains no baseline or a damaged one. The message
 * contains the remedy.
 * @throws {NotComparableError} when it has another version of the schema.
 */
export function readBaseline(file: string): StoredBaseline {
  const content = readJson(file, 'a file', 'record a first run with --record');
  const schema = isObject(content) ? content.schema : undefined;
  if (typeof schema !== 'string' || !ANY_VERSION.test(schema)) {
    throw new ResultFileError(
      `${file} contains no recorded runs (no "schema": "${BASELINE_SCHEMA}"); name a file that check --record wrote`,
    );
  }
  if (schema !== BASELINE_SCHEMA) {
    throw new NotComparableError(`${file} can't be compared with results of this sockbench, as the schema differs:`, [
      `schema: ${schema} when recorded, ${BASELINE_SCHEMA} now; ` +
        'use the sockbench that wrote it, or record to another file',
    ]);
  }
  return validated(storedBaselineSchema, content, file);
}

/**
 * Reports whether there is a baseline to add to. If not, checks that one can be written, before anything is measured.
 * @throws {Error} of the file system.
 */
export function hasBaseline(file: string): boolean {
  prepareReport(file);
  return existsSync(file);
}

/**
 * Writes a baseline in place of the file's content.
 * @throws {Error} of the file system.
 */
export function writeBaseline(file: string, baseline: StoredBaseline): void {
  writeReport(file, jsonDocument(storedBaselineSchema.parse(baseline)));
}
