import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeBaseline } from '../../reports/files/baseline.ts';
import { renderJson } from '../../reports/renderers/json.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { plain } from '../../reports/text/plain.ts';
import { run, stored } from '../bench/check/baselines.ts';
import { scratchDirectory } from '../cli/program.ts';
import { checkResult } from './checks.ts';
import { failure, result, trial } from './results.ts';

/** Starts with C1 CSI, which clears the screen in Latin-1; has a right-to-left override and line separators. */
const EVIL = '\u009b2J\u202e\u2028\u0007\n\ufeffend';

/** Reports whether `plain` would leave every line unchanged. */
function isSafe(text: string): boolean {
  return text.split('\n').every((line) => plain(line) === line);
}

/** Any code unit, also half a surrogate pair. The library's own unit first maps all of Unicode, which takes a second. */
const codeUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

test('characters with a meaning for terminals are escaped, without changing the value', () => {
  expect(jsonDocument({ name: EVIL })).toBe('{\n  "name": "\\u009b2J\\u202e\\u2028\\u0007\\n\\ufeffend"\n}\n');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: codeUnit })), fc.nat(0x206f), (texts, code) => {
      const value = { texts, [`${String.fromCharCode(code)}name`]: String.fromCharCode(code) };
      const document = jsonDocument(value);
      expect(JSON.parse(document)).toEqual(value);
      expect(isSafe(document)).toBe(true);
    }),
  );
});

describe('no such character is in', () => {
  test.each([
    [
      'results',
      () => renderJson(result({ trials: [trial({ target: EVIL })], failures: [failure({ stderr: [EVIL] })] })),
    ],
    ['a check', () => renderJson({ ...checkResult(), note: EVIL })],
    [
      'recorded runs',
      () => {
        const file = join(scratchDirectory(), 'baseline.json');
        writeBaseline(file, stored([{ ...run(0.1), command: EVIL }]));
        return readFileSync(file, 'utf8');
      },
    ],
  ])('%s', (_, document) => {
    expect(document()).toContain('\\u009b2J');
    expect(isSafe(document())).toBe(true);
  });
});
