import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureDirectory } from '../../reports/files/ensure-directory.ts';
import { scratchDirectory } from '../cli/program.ts';

test('creates a directory and those above it, and keeps one that is there', () => {
  const directory = join(scratchDirectory(), 'a/b/c');
  ensureDirectory(directory);
  ensureDirectory(directory);
  expect(statSync(directory).isDirectory()).toBe(true);
});

test('fails where a file is in the way', () => {
  const file = join(scratchDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => ensureDirectory(file)).toThrow('EEXIST');
  expect(() => ensureDirectory(join(file, 'below'))).toThrow(/EEXIST|ENOTDIR/);
});

test.runIf(process.platform === 'linux')('fails where the kernel refuses, instead of trying for ever', () => {
  expect(() => ensureDirectory('/proc/sockbench/results')).toThrow('ENOENT');
});
