import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOf } from '../../bench/measure/commit.ts';
import { scratchDirectory } from '../cli/program.ts';

test('the commit of a repository is abbreviated, dirty after changes to tracked files only, and of no tag', () => {
  const directory = scratchDirectory();
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { encoding: 'utf8' });
  git('init', '--quiet');
  writeFileSync(join(directory, 'file'), 'one');
  expect(commitOf(directory)).toBe(undefined);
  git('add', 'file');
  git('commit', '--quiet', '--message', 'one');
  git('tag', 'v1');
  const hash = git('rev-parse', 'HEAD').slice(0, 10);
  expect(commitOf(directory)).toBe(hash);
  writeFileSync(join(directory, 'other'), '');
  expect(commitOf(directory)).toBe(hash);
  writeFileSync(join(directory, 'file'), 'two');
  expect(commitOf(directory)).toBe(`${hash}-dirty`);
});

test('without a repository there is no commit', () => {
  expect(commitOf(scratchDirectory())).toBe(undefined);
});
