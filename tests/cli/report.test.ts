import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Program, scratchDirectory, sockbench } from './program.ts';

const fixture = 'tests/golden/bench.json';

test('prints a saved result as it was printed after the run, without colour into a pipe', async () => {
  const { code, stdout, stderr } = await sockbench('report', fixture);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(readFileSync('tests/golden/bench.txt', 'utf8'));
});

test('prints it as JSON, nothing lost', async () => {
  const { code, stdout } = await sockbench('report', fixture, '--format', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(fixture, 'utf8')));
});

test('takes a directory', async () => {
  const directory = scratchDirectory();
  copyFileSync(fixture, join(directory, 'results.json'));
  expect(await sockbench('report', directory)).toMatchObject({ code: 0, stderr: '' });
});

test('without a file and without a run before, says what to do', async () => {
  const { code, stdout, stderr } = await new Program(['report'], { cwd: scratchDirectory() }).end();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('results/latest: there is no such file; measure first with `sockbench bench`');
});

test.each([
  ['what is not JSON', '{', 'is not JSON'],
  ['a schema of the future', '{"schema":"sockbench/result/9"}', 'use the sockbench that wrote it, or a newer one'],
])('refuses %s with 2 and without a stack trace', async (_, content, reason) => {
  const file = join(scratchDirectory(), 'bad.json');
  writeFileSync(file, content);
  const { code, stdout, stderr } = await sockbench('report', file);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(reason);
  expect(stderr.split('\n')).toHaveLength(2);
});

test('ends quietly when its reader has had enough', async () => {
  const shell = spawn('sh', [
    '-c',
    `"${process.execPath}" dist/scripts/sockbench.js report --format json ${fixture} | head -n 1`,
  ]);
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(shell, 'close');
  expect(output).toBe('{\n');
});
