import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Saved } from '../../reports/files/saved.ts';
import { JOURNAL_FILE } from '../../reports/files/sink.ts';
import type { Output } from '../../scripts/flags/output.ts';
import { record } from '../../scripts/session/measure.ts';
import { captured } from '../cli/in-process.ts';
import { scratchDirectory } from '../cli/program.ts';
import { savedFile } from '../cli/saved-file.ts';
import { checkResult } from '../reports/checks.ts';
import { result } from '../reports/results.ts';

/** Returns an output to a new directory, with a report in JSON. */
function outputTo(directory: string): Output {
  const report = { format: 'json', file: join(directory, 'report.json'), flag: '--out json' } as const;
  return {
    directory: join(directory, 'results'),
    reports: [report],
    open: false,
    noColor: true,
    ascii: false,
    quiet: true,
  };
}

test.each<[string, Saved]>([
  ['trials', result()],
  ['a check', checkResult()],
])('a session with %s keeps a journal, saves, reports and prints the results', async (_, measured) => {
  const directory = scratchDirectory();
  const journals: string[] = [];
  const { code, stdout, stderr } = await captured(() =>
    record({
      output: outputTo(directory),
      prepare: async () => ({
        seed: 7,
        async run({ saved }) {
          saved(measured);
          journals.push(...readdirSync(join(directory, 'results', 'latest')));
          return measured;
        },
      }),
    }),
  );
  expect(code).toBe(0);
  expect(journals).toEqual([JOURNAL_FILE]);
  const file = savedFile(stderr);
  const run = join(file, '..');
  expect(stderr).toBe(
    `seed 7; results go to ${run}\nresults saved in ${file}\nas a page: sockbench report ${run} --open\n`,
  );
  expect(readdirSync(join(file, '..'))).toEqual(['results.json']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(measured);
  expect(readFileSync(join(directory, 'report.json'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  expect(stdout).toContain(measured.environment.cpuModel);
});

test('a result is saved and kept also when its report cannot be written any more', async () => {
  const directory = scratchDirectory();
  const output = outputTo(directory);
  const kept: Saved[] = [];
  const session = captured(() =>
    record({
      output,
      prepare: async () => ({
        seed: 7,
        async run() {
          mkdirSync(join(directory, 'report.json'));
          return checkResult();
        },
        keep: async (each) => void kept.push(each),
      }),
    }),
  );
  await expect(session).rejects.toThrow("--out json: can't be written: EISDIR");
  expect(kept).toEqual([checkResult()]);
  const [run = ''] = readdirSync(output.directory);
  expect(existsSync(join(output.directory, run, 'results.json'))).toBe(true);
});

test('--open writes the report as a page next to the results, and says where it is', async () => {
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'BROWSER']) vi.stubEnv(name, '');
  onTestFinished(() => void vi.unstubAllEnvs());
  const output = { ...outputTo(scratchDirectory()), open: true };
  const { code, stderr } = await captured(() =>
    record({ output, prepare: async () => ({ seed: 7, run: async () => result() }) }),
  );
  expect(code).toBe(0);
  const page = join(savedFile(stderr), '..', 'report.html');
  expect(stderr).toContain(`\npage: ${page} (not opened: there is no display)\n`);
  expect(readFileSync(page, 'utf8')).toContain('<!doctype html>');
});
