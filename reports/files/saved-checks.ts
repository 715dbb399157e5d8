import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RealCheck } from '../../bench/lab/verify/real-checks.ts';
import { ensureDirectory } from './ensure-directory.ts';

/**
 * Reads saved checks of real servers, one per line of JSON. An incomplete line is ignored, so its check is repeated.
 */
export function readSavedChecks(file: string): RealCheck[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => checkIn(line) ?? []);
}

/** Appends a check to the file on a separate line, also after an incomplete line. */
export function saveCheck(file: string, check: RealCheck): void {
  ensureDirectory(dirname(file));
  const isCutOff = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'));
  appendFileSync(file, `${isCutOff ? '\n' : ''}${JSON.stringify(check)}\n`);
}

function checkIn(line: string): RealCheck | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isCheck = typeof value === 'object' && value !== null && 'outcome' in value && 'worseBy' in value;
    return isCheck ? (value as RealCheck) : undefined;
  } catch {
    return undefined;
  }
}
