import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { checkResult } from '../reports/checks.ts';
import { ratesAround, savedRun } from '../reports/saved-runs.ts';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';

const slower = [...ratesAround(10_000, 8), ...ratesAround(8800, 6)];

/** Creates a folder of results with a run for each rate, as commands save them. */
function folderOf(rates: readonly number[]): string {
  const folder = scratchDirectory();
  for (const [i, rate] of rates.entries()) save(folder, `run-${i}`, savedRun(i, { async: rate, epoll: 2 * rate }));
  if (rates.length > 0) symlinkSync(`run-${rates.length - 1}`, join(folder, 'latest'), 'dir');
  return folder;
}

function save(folder: string, name: string, saved: unknown): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'results.json'), jsonDocument(saved));
}

test('history shows runs, series and changes, and ends with 0 unless asked to fail', async () => {
  const { code, stdout, stderr } = await commandLine('history', folderOf(slower), '--metric', 'rate');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^14 runs$/m);
  expect(stdout).toMatch(/^async +req\/s +14 .* −11 % at run 9$/m);
  expect(stdout).toMatch(/^2 changes found in 2 series\.$/m);
});

test('a selection narrows what is shown', async () => {
  const folder = folderOf(slower);
  const selected = async (...flags: readonly string[]) => {
    const { stdout } = await commandLine('history', folder, '--format', 'json', ...flags);
    const { runs, series } = JSON.parse(stdout);
    return [runs.length, series.map(({ target, metric }: Record<string, string>) => `${target} ${metric}`)];
  };
  expect(await selected('--target', 'async', '--metric', 'p99,cpu')).toEqual([14, ['async response.p99', 'async cpu']]);
  expect(await selected('--metric', 'rate', '--since', '2026-11-10')).toEqual([5, ['async rate', 'epoll rate']]);
  expect(await selected('--metric', 'rate', '--target', 'epoll', '--last', '3')).toEqual([3, ['epoll rate']]);
  expect(await selected('-c', '1')).toEqual([0, []]);
});

test('--fail-on-regression ends with 1 after a change to the worse in one of the last runs, and with 3 for few runs', async () => {
  const folder = folderOf(slower);
  const codeOf = async (...flags: readonly string[]) =>
    (await commandLine('history', folder, '--metric', 'rate', '--fail-on-regression', ...flags)).code;
  expect(await codeOf()).toBe(1);
  expect(await codeOf('--recent', '5')).toBe(0);
  expect(await codeOf('--last', '5')).toBe(3);
});

test('damaged files are skipped with the reason; others, and files of other kinds, are not read', async () => {
  const folder = folderOf(slower.slice(0, 2));
  mkdirSync(join(folder, 'damaged'));
  writeFileSync(join(folder, 'damaged', 'results.json'), '{"schema":"sockbench/result/1","trials":7}');
  mkdirSync(join(folder, 'unrelated'));
  writeFileSync(join(folder, 'notes.txt'), 'x');
  writeFileSync(join(folder, 'check.json'), jsonDocument(checkResult()));
  const { code, stdout } = await commandLine('history', folder, '--format', 'json');
  expect(code).toBe(0);
  const { runs, skipped, series } = JSON.parse(stdout);
  expect(runs.map(({ name }: { name: string }) => name)).toEqual(['run-0', 'run-1', 'check.json']);
  expect(skipped).toEqual([expect.stringMatching(/damaged\/results\.json is damaged or was edited/)]);
  expect(series.map(({ title }: { title: string }) => title)).toContain('time per request, B ÷ A');
});

test('--out writes further documents', async () => {
  const folder = folderOf(slower);
  const [text, json] = [join(folder, 'out', 'history.txt'), join(folder, 'out', 'history.json')];
  const page = join(folder, 'out', 'history.html');
  const out = `terminal=${text},json=${json},html=${page}`;
  const { code, stdout } = await commandLine('history', folder, '--out', out);
  expect(code).toBe(0);
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*<svg .*async −11 % at run 9/s);
  expect(readFileSync(text, 'utf8')).toBe(stdout);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ schema: 'sockbench/history/1' });
  const printed = await commandLine('history', folder, '--out', 'json=-');
  expect(printed.stdout).toBe(readFileSync(json, 'utf8'));
});

test('names in results cannot control the terminal', async () => {
  const folder = scratchDirectory();
  save(folder, 'run', savedRun(0, { '\u001b[31mred': 10 }));
  expect((await commandLine('history', folder)).stdout).not.toContain('\u001b');
});

test.each([
  ['an unknown metric', ['--metric', 'rte'], "unknown metric 'rte'; did you mean 'rate'?"],
  ['an unknown target', ['--target', 'asnc'], "--target: unknown target 'asnc'; did you mean 'async'?"],
  ['what is no date', ['--since', 'yesterday'], "--since: 'yesterday' is not a date"],
  ['no runs', ['--last', '0'], "--last: '0' is less than 1"],
  ['--recent alone', ['--recent', '3'], '--recent needs --fail-on-regression'],
  ['an unknown format', ['--out', 'htm=x'], "--out: unknown format 'htm'"],
])('history refuses %s', async (_, flags, fault) => {
  const { code, stderr } = await commandLine('history', folderOf([10, 20]), ...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(fault);
});

test('history of a folder that does not exist names the remedy', async () => {
  const { code, stderr } = await commandLine('history', join(scratchDirectory(), 'nothing'));
  expect(code).toBe(2);
  expect(stderr).toContain('there is no such folder; measure first');
});
