import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { replaceFile } from '../../reports/files/replace-file.ts';

type Call = 'write' | 'rename' | 'flush directory';

const disk = vi.hoisted(() => ({ failing: undefined as Call | undefined, calls: [] as string[] }));

// Pure test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());

// The real file system, except that calls are recorded and that one of them fails.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const called = (call: Call, detail = '') => {
    disk.calls.push(call + detail);
    if (disk.failing === call) throw Object.assign(new Error(`${call}: no space left on device`), { code: 'ENOSPC' });
  };
  return {
    ...fs,
    writeFileSync: (file: string, content: string, options?: { flush?: boolean }) => {
      // As a full disk does: a part is written.
      fs.writeFileSync(file, disk.failing === 'write' ? content.slice(0, content.length / 2) : content, options);
      called('write', options?.flush ? ' and flush' : '');
    },
    renameSync: (from: string, to: string) => {
      called('rename');
      fs.renameSync(from, to);
    },
    fsyncSync: (descriptor: number) => {
      called('flush directory');
      fs.fsyncSync(descriptor);
    },
  };
});

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sockbench-'));
  file = join(directory, 'file.json');
  writeFileSync(file, 'old content');
  disk.calls = [];
});

afterEach(() => {
  disk.failing = undefined;
  rmSync(directory, { recursive: true });
});

test('the new content is on the disk before it takes the place of the old one, and then its name is', () => {
  replaceFile(file, 'new content');
  expect(readFileSync(file, 'utf8')).toBe('new content');
  expect(disk.calls).toEqual(['write and flush', 'rename', 'flush directory']);
  expect(readdirSync(directory)).toEqual(['file.json']);
});

test.each<Call>(['write', 'rename'])('the old content stays whole when the disk fails in %s', (call) => {
  disk.failing = call;
  expect(() => replaceFile(file, 'new content')).toThrow('no space left');
  expect(readFileSync(file, 'utf8')).toBe('old content');
  expect(readdirSync(directory)).toEqual(['file.json']);
});

test('a failure to flush the name is reported', () => {
  disk.failing = 'flush directory';
  expect(() => replaceFile(file, 'new content')).toThrow('no space left');
  expect(readFileSync(file, 'utf8')).toBe('new content');
});

test('a file that does not exist is created, and an existing one keeps its permissions', () => {
  const created = join(directory, 'created');
  replaceFile(created, 'content');
  expect(readFileSync(created, 'utf8')).toBe('content');
  chmodSync(file, 0o640);
  replaceFile(file, 'new content');
  expect(statSync(file).mode & 0o777).toBe(0o640);
});
