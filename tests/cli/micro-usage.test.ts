import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test('micro refuses an unknown hot path', async () => {
  const { code, stderr } = await commandLine('micro', '--only', 'clok');
  expect(code).toBe(2);
  expect(stderr).toContain("unknown hot path 'clok'");
});
