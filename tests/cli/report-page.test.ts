import { chmodSync, copyFileSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';

const fixture = 'tests/golden/bench.json';

beforeEach(() => {
  vi.stubEnv('DISPLAY', '');
  vi.stubEnv('WAYLAND_DISPLAY', '');
  vi.stubEnv('BROWSER', '');
  return () => vi.unstubAllEnvs();
});

/** Creates the directory of a run. @returns the file of its results, or of that name. */
function savedRun(name = 'results.json'): string {
  const file = join(realpathSync(scratchDirectory()), name);
  copyFileSync(fixture, file);
  return file;
}

test('report --out writes a page besides the printed table', async () => {
  const page = join(scratchDirectory(), 'new', 'page.html');
  const { code, stdout, stderr } = await commandLine('report', fixture, '--out', `html=${page}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(readFileSync('tests/golden/bench.txt', 'utf8'));
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('report --out with - prints that report instead', async () => {
  const { stdout } = await commandLine('report', fixture, '--out', 'json=-');
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'sockbench/result/1' });
});

test('two results have a page, too, but no other format', async () => {
  const page = join(scratchDirectory(), 'both.html');
  const both = await commandLine('report', fixture, fixture, '--out', `html=${page}`);
  expect(both).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(page, 'utf8')).toContain('side by side');
  const json = await commandLine('report', fixture, fixture, '--out', 'json=x.json', '--open');
  expect(json.code).toBe(2);
  expect(json.stderr).toContain("--out json: two results can't be shown as json");
  expect(json.stderr).toContain('--open: with two results, name the page: --out html=FILE');
});

test.each([
  ['results.json', 'report.html'],
  ['before.json', 'before.html'],
])('report --open of %s writes %s beside it, and says where it is when nothing shows it', async (name, page) => {
  const file = savedRun(name);
  const { code, stderr } = await commandLine('report', file, '--open');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `page: ${join(file, '..', page)} (not opened: there is no display)\n`,
  });
  expect(existsSync(join(file, '..', page))).toBe(true);
});

test.skipIf(process.platform !== 'linux')(
  'the program that opens files gets the page as its only argument',
  async () => {
    const directory = scratchDirectory();
    const arguments_ = join(directory, 'arguments');
    const opener = join(directory, 'xdg-open');
    writeFileSync(
      opener,
      `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > '${arguments_}.part'\nmv '${arguments_}.part' '${arguments_}'\n`,
    );
    chmodSync(opener, 0o755);
    vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
    vi.stubEnv('DISPLAY', ':9');
    const page = join(directory, "it's a page.html");
    const { stderr } = await commandLine('report', fixture, '--open', '--out', `html=${page}`);
    expect(stderr).toBe(`page: ${page}\n`);
    await expect.poll(() => existsSync(arguments_)).toBe(true);
    expect(readFileSync(arguments_, 'utf8')).toBe(`1\n${page}\n`);
  },
);
