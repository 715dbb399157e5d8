import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SCHEMA } from '../../bench/model/result.ts';
import { readResult } from '../../reports/files/reader.ts';
import { LATEST, prepareReport, ResultSink, writeReport } from '../../reports/files/sink.ts';
import { result, trial } from './results.ts';

const start = new Date('2026-11-21T00:10:05.678Z');
const disk = vi.hoisted(() => ({ failing: '' }));

// Pure test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());

// The real file system, except for one call that a test makes fail.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const refuse = (name: string) => {
    if (disk.failing === name) throw Object.assign(new Error(`${name}: no space left on device`), { code: 'ENOSPC' });
  };
  return {
    ...fs,
    renameSync: (...args: Parameters<typeof fs.renameSync>) => {
      refuse('rename');
      fs.renameSync(...args);
    },
    symlinkSync: (...args: Parameters<typeof fs.symlinkSync>) => {
      refuse('symlink');
      fs.symlinkSync(...args);
    },
  };
});

let root: string;

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'sockbench-')), 'results');
});

afterEach(() => {
  disk.failing = '';
  rmSync(join(root, '..'), { recursive: true });
});

test('a run has a directory named after its start in UTC, to which latest points', () => {
  const sink = new ResultSink(root, start);
  sink.save(result());
  expect(sink.file).toBe(join(root, '2026-11-21T00-10-05Z', 'results.json'));
  expect(readlinkSync(join(root, LATEST))).toBe('2026-11-21T00-10-05Z');
  expect(readResult(join(root, LATEST))).toEqual(result());
});

test('two runs in the same second have different directories', () => {
  const sinks = [1, 2, 3].map(() => new ResultSink(root, start));
  sinks.forEach((sink, i) => {
    sink.save(result({ plan: { ...result().plan, seed: i } }));
  });
  expect(sinks.map(({ file }) => readResult(file).plan.seed)).toEqual([0, 1, 2]);
  expect(readResult(join(root, LATEST)).plan.seed).toBe(2);
});

test('each save replaces the previous one, and leaves no other files', () => {
  const sink = new ResultSink(root, start);
  sink.save(result());
  sink.save(result({ trials: [trial(), trial({ round: 2 })] }));
  expect(readResult(sink.file).trials).toHaveLength(2);
  expect(readdirSync(sink.directory)).toEqual(['results.json']);
  expect(readdirSync(root).sort()).toEqual([basename(sink.directory), LATEST]);
});

test('a failed save leaves the previous one unchanged', () => {
  const sink = new ResultSink(root, start);
  sink.save(result());
  disk.failing = 'rename';
  expect(() => sink.save(result({ trials: [] }))).toThrow('no space left');
  expect(readResult(sink.file)).toEqual(result());
  expect(readdirSync(sink.directory)).toEqual(['results.json']);
});

test('without symbolic links, latest is a readable file that contains the directory name', () => {
  disk.failing = 'symlink';
  const sink = new ResultSink(root, start);
  sink.save(result());
  expect(readFileSync(join(root, LATEST), 'utf8')).toBe(`${basename(sink.directory)}\n`);
  expect(readResult(join(root, LATEST))).toEqual(result());
});

test('saved results are validated and have their schema and fields of later versions', () => {
  const sink = new ResultSink(root, start);
  sink.save({ ...result(), future: { kept: true } });
  expect(JSON.parse(readFileSync(sink.file, 'utf8'))).toMatchObject({ schema: SCHEMA, future: { kept: true } });
  expect(() => sink.save({ ...result(), startedAt: 'yesterday' })).toThrow('startedAt');
});

test('an unusable directory is reported at once', () => {
  writeFileSync(join(root, '..', 'file'), '');
  expect(() => new ResultSink(join(root, '..', 'file', 'results'), start)).toThrow('ENOTDIR');
});

test('a report creates its directories and replaces an older report', () => {
  const file = join(root, 'a', 'b', 'report.txt');
  writeReport(file, 'old');
  writeReport(file, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(readdirSync(join(root, 'a', 'b'))).toEqual(['report.txt']);
});

test('preparing a report keeps an older one and leaves no other files', () => {
  const file = join(root, 'a', 'report.txt');
  prepareReport(file);
  expect(readdirSync(join(root, 'a'))).toEqual([]);
  writeReport(file, 'old');
  prepareReport(file);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(join(root, 'a'))).toEqual(['report.txt']);
});

test.each([
  ['under a file', (directory: string) => join(directory, 'file', 'report.txt'), 'EEXIST'],
  ['a directory', (directory: string) => join(directory, 'taken'), 'EISDIR'],
])('a report that cannot be written (%s) fails when prepared and when written', (_, place, code) => {
  const directory = join(root, '..');
  writeFileSync(join(directory, 'file'), '');
  mkdirSync(join(directory, 'taken'));
  expect(() => prepareReport(place(directory))).toThrow(code);
  expect(() => writeReport(place(directory), 'new')).toThrow(code);
});

test('a report is written through a link or to a device without replacing it', () => {
  mkdirSync(root);
  const [file, link] = [join(root, 'report.txt'), join(root, 'link')];
  writeFileSync(file, 'old');
  symlinkSync(file, link);
  for (const place of [link, '/dev/null']) {
    prepareReport(place);
    writeReport(place, 'new');
  }
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});
