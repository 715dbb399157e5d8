import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { coarse } from './brief-check.ts';
import { commandLine } from './in-process.ts';
import { scratchDirectory, sockbench } from './program.ts';
import { echo } from './recorded-plan.ts';
import { savedFile } from './saved-file.ts';

/** A check of one program against itself, with sessions that are as short as possible. */
const brief = [
  'check',
  '--a',
  echo,
  '--b',
  echo,
  '--gate',
  coarse('cpu'),
  '-c',
  '2',
  '--window',
  '5ms',
  '--warmup',
  '5ms',
];

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

test('a check whose budget runs out writes its reports to files, and report prints what it saved', async () => {
  const directory = scratchDirectory();
  const [json, text, also] = ['new/check.json', 'new/check.txt', 'also.json'].map((name) => join(directory, name));
  // The budget is over before anything is measured.
  const { code, stdout, stderr } = await sockbench(
    ...[...brief, '--budget', '1ms', '--out-dir', directory],
    ...['--out', `json=${json},terminal=${text}`, '--json', `${also}`],
  );
  expect(code, stderr).toBe(3);
  expect(stdout).toContain('INCONCLUSIVE: the time budget ended before anything was decided');
  const saved = savedFile(stderr);
  const { interrupted, verdict } = checkResultSchema.parse(JSON.parse(read(saved)));
  expect({ interrupted, outcome: verdict.outcome }).toEqual({ interrupted: false, outcome: 'inconclusive' });
  expect(readdirSync(join(directory, 'new')).sort()).toEqual(['check.json', 'check.txt']);
  expect(read(`${text}`)).toBe(stdout);
  expect(read(`${json}`)).toBe(read(saved));
  expect(read(`${also}`)).toBe(read(saved));
  expect(await commandLine('report', join(saved, '..'))).toEqual({ code: 0, stdout, stderr: '' });
});

test('check prints a report in place of its table when the file is -', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...[...brief, '--budget', '1ms', '--out-dir', scratchDirectory(), '--out', 'json=-', '-q'],
  );
  expect(code, stderr).toBe(3);
  expect(stdout).toBe(read(savedFile(stderr)));
  expect(stderr).not.toContain('pilot');
});
