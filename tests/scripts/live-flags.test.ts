import { expect, test } from 'vitest';
import { parseLive } from '../../scripts/flags/output.ts';
import { commandLine } from '../cli/in-process.ts';

test.each([
  ['tui', { kind: 'tui' }],
  ['0', { kind: 'page', port: 0 }],
  ['8080', { kind: 'page', port: 8080 }],
])('--live %s', (text, expected) => {
  expect(parseLive(text)).toEqual(expected);
});

test.each(['TUI', '65536', '-1', '8080/x', '1e3', 'localhost'])('--live %s is refused', (text) => {
  expect(() => parseLive(text)).toThrow('neither tui nor a port');
});

test('--live needs no value, and --stream needs one', async () => {
  const { stderr } = await commandLine('run', '--model', 'async', '--live', '-c', '0', '--stream');
  expect(stderr).toContain('--stream needs a value');
  expect(stderr).not.toContain('--live');
});

test('stdout gets events or a report, not both', async () => {
  const { code, stderr } = await commandLine('run', '--model', 'async', '--stream', '-', '--json', '-');
  expect(code).toBe(2);
  expect(stderr).toContain('--stream: stdout already gets --json: write one of them to a file');
});

test('--live without a value is printed as an option that means the same', async () => {
  const { stdout } = await commandLine('run', '--model', 'async', '--live', '--print-config');
  expect(stdout).toContain('  live: 0 # --live\n');
});
