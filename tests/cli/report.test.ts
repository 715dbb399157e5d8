import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../../bench/model/result.ts';
import { readResult } from '../../reports/files/reader.ts';
import { formats } from '../../reports/renderers/formats.ts';
import { checkResult } from '../reports/checks.ts';
import { measuredResult } from '../reports/exports/measured.ts';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';

const fixture = 'tests/golden/bench.json';

test('report prints a saved result as after the run, without colours in a pipe', async () => {
  const { code, stdout, stderr } = await commandLine('report', fixture);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(readFileSync('tests/golden/bench.txt', 'utf8'));
});

test('report prints a result as JSON without loss, and with the defaults of fields that are newer', async () => {
  const { code, stdout } = await commandLine('report', fixture, '--format', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject(JSON.parse(readFileSync(fixture, 'utf8')));
  expect(JSON.parse(stdout).trials[0]).toMatchObject({ connection: 'pooled', stages: [] });
});

test('report accepts a directory', async () => {
  const directory = scratchDirectory();
  copyFileSync(fixture, join(directory, 'results.json'));
  expect(await commandLine('report', directory)).toMatchObject({ code: 0, stderr: '' });
});

test.each([
  ['a file that is not JSON', '{', 'is not JSON'],
  ['a newer schema', '{"schema":"sockbench/result/9"}', 'use the sockbench that wrote it, or a newer one'],
])('report refuses %s with 2 and without a stack trace', async (_, content, reason) => {
  const file = join(scratchDirectory(), 'bad.json');
  writeFileSync(file, content);
  const { code, stdout, stderr } = await commandLine('report', file);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(reason);
  expect(stderr.split('\n')).toHaveLength(2);
});

/** Writes the fixture, with the given changes, to a file. @returns its path. */
function variant(name: string, change: (saved: Result) => Partial<Result>): string {
  const saved = readResult(fixture);
  const file = join(scratchDirectory(), name);
  writeFileSync(file, JSON.stringify({ ...saved, ...change(saved) }));
  return file;
}

test('report prints two results side by side, without a verdict', async () => {
  const other = variant('after.json', ({ plan, trials }) => ({ plan: { ...plan, seed: 7 }, trials: trials.slice(1) }));
  const { code, stdout, stderr } = await commandLine('report', fixture, other);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^A: tests\/golden\/bench\.json: .*seed 42/m);
  expect(stdout).toMatch(/^B: .*after\.json: /m);
  expect(stdout).toMatch(/^async +48\.1k +48\.1k +\+0\.0 /m);
  expect(stdout).toMatch(/^No verdict: /m);
});

test('report refuses two incomparable results with 5 and names each difference', async () => {
  const other = variant('other.json', ({ plan, environment }) => ({
    plan: { ...plan, size: 1024 },
    environment: { ...environment, node: 'v22.1.0', kernel: 'Linux 6.9.0' },
  }));
  const { code, stdout, stderr } = await commandLine('report', fixture, other);
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([
    `sockbench: ${fixture} (A) and ${other} (B) can't be compared, because these differ:`,
    '  kernel: Linux 6.8.0 in A, Linux 6.9.0 in B',
    '  Node version: v20.20.2 in A, v22.1.0 in B',
    '  size: 64 in A, 1024 in B',
  ]);
});

test('report prints a saved check as text and JSON, but not side by side', async () => {
  const file = join(scratchDirectory(), 'check.json');
  writeFileSync(file, JSON.stringify(checkResult()));
  const text = await commandLine('report', file);
  expect(text).toEqual({ code: 0, stderr: '', stdout: readFileSync('tests/golden/check-pass.txt', 'utf8') });
  expect(JSON.parse((await commandLine('report', file, '--format', 'json')).stdout)).toEqual(checkResult());
  for (const files of [
    [fixture, file],
    [file, fixture],
  ]) {
    const { code, stdout, stderr } = await commandLine('report', ...files);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${file} contains a regression check`);
  }
});

test.each(formats)('report prints a run as %s', async (format) => {
  const file = join(scratchDirectory(), 'run.json');
  writeFileSync(file, JSON.stringify(measuredResult()));
  const { code, stdout, stderr } = await commandLine('report', file, '--format', format);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toBe('');
});

test('report refuses a format that has nothing of a check with 2, and names another', async () => {
  const file = join(scratchDirectory(), 'check.json');
  writeFileSync(file, JSON.stringify(checkResult()));
  const { code, stdout, stderr } = await commandLine('report', file, '--format', 'hlog');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('sockbench: hlog: a check stores no histograms: use csv, which');
});

test('report accepts at most two results, and prints two as text only', async () => {
  const { code, stderr } = await commandLine('report', fixture, fixture, 'c.json', '--format', 'json');
  expect(code).toBe(2);
  expect(stderr).toContain("unexpected argument 'c.json': at most two results");
  expect(stderr).toContain("--format: two results can't be printed as json");
});
