import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ResultFileError } from '../../bench/model/errors.ts';
import { readResult } from '../../reports/files/reader.ts';
import { checkResult } from './checks.ts';
import { result, trial } from './results.ts';

const directory = mkdtempSync(join(tmpdir(), 'sockbench-'));

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function saved(content: unknown): string {
  const file = join(directory, 'results.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('a result is read unchanged from its file or its directory', () => {
  const file = saved(result());
  expect(readResult(file)).toEqual(result());
  expect(readResult(directory)).toEqual(result());
});

test('unknown fields are kept at every level', () => {
  const later = { joules: 3 };
  const sizes = [{ from: 64, to: 64, share: 1, ...later }];
  const stages = [{ seconds: 1, target: 5, ...later }];
  const future = {
    ...result({ trials: [{ ...trial(), sizes, stages, energy: later }] }),
    plan: { ...result().plan, sizes, stages },
    comparisonOfTheFuture: [1],
  };
  expect(readResult(saved(future))).toEqual(future);
});

describe('an unreadable result is refused with advice:', () => {
  test.each([
    ['not JSON', '{"schema": "sockbench', 'is not JSON; name a results.json'],
    ['empty', '', 'is not JSON'],
    ['other JSON', { name: 'sockbench' }, 'is not a result of sockbench'],
    ['null', 'null', 'is not a result of sockbench'],
    ['an array', [], 'is not a result of sockbench'],
    [
      'a newer schema',
      { ...result(), schema: 'sockbench/result/2' },
      'use the sockbench that wrote it, or a newer one',
    ],
    ['a check of a newer schema', { ...checkResult(), schema: 'sockbench/check/2' }, 'reads sockbench/check/1'],
    ['a regression check', checkResult(), 'contains a regression check'],
    ['a damaged check', { ...checkResult(), looks: 3 }, 'looks'],
    ['a damaged trial', { ...result(), trials: [{ ...trial(), connections: 'many' }] }, 'trials.0.connections'],
    ['missing fields', { schema: result().schema }, 'and 5 more'],
  ])('%s', (_, content, advice) => {
    expect(() => readResult(saved(content))).toThrow(ResultFileError);
    expect(() => readResult(saved(content))).toThrow(advice);
  });

  test('a missing file', () => {
    expect(() => readResult(join(directory, 'absent.json'))).toThrow('measure first with `sockbench bench`');
  });

  test('a directory without results', () => {
    const empty = mkdtempSync(join(directory, 'empty-'));
    expect(() => readResult(empty)).toThrow(ResultFileError);
  });
});
