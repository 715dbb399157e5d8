import { expect, test } from 'vitest';
import { commitOf } from '../../bench/measure/commit.ts';
import { readResult } from '../../reports/files/reader.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile, short } from './saved-file.ts';

test('a run stores the commit of the working directory, and history reads it', async () => {
  const directory = scratchDirectory();
  const { stderr } = await sockbench('run', '--model', 'event-driven', '-c', '2', ...short, '--out-dir', directory);
  expect(readResult(savedFile(stderr)).environment.commit).toBe(commitOf(process.cwd()));
  const history = await new Program(['history', directory, '--format', 'json']).end();
  expect({ code: history.code, stderr: history.stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(history.stdout)).toMatchObject({ schema: 'sockbench/history/1', skipped: [] });
});
