import { describe, expect, test } from 'vitest';
import { openFileLimit, raiseOpenFileLimit } from '../../sockets/os/process.ts';
import { noLibc } from './open.ts';

describe.skipIf(noLibc)('open files', () => {
  test('the soft limit is not above the hard limit, and can be raised to it', () => {
    const { soft, hard } = openFileLimit();
    expect(soft).toBeLessThanOrEqual(hard);
    expect(raiseOpenFileLimit(hard)).toBe(hard);
    expect(openFileLimit().soft).toBe(hard);
  });

  test('a request below the current limit changes nothing', () => {
    const before = openFileLimit();
    expect(raiseOpenFileLimit(1)).toBe(before.soft);
    expect(openFileLimit()).toEqual(before);
  });
});
