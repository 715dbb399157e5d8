import { expect, test } from 'vitest';
import { whileRunning } from '../../bench/run/while-running.ts';

/** Returns an object that notes when it is stopped. */
function running(notes: string[]) {
  return { stop: async () => void notes.push('stopped') };
}

test('a running object is stopped when the work is done, and not before', async () => {
  const notes: string[] = [];
  const work = whileRunning(running(notes), async () => notes.push('worked'));
  await expect(work).resolves.toBe(1);
  expect(notes).toEqual(['worked', 'stopped']);
});

test.each([
  [
    'at once',
    () => {
      throw new Error('broken');
    },
  ],
  [
    'later',
    async () => {
      throw new Error('broken');
    },
  ],
])('a running object is stopped when the work fails %s', async (_, fail: () => Promise<never>) => {
  const notes: string[] = [];
  await expect(whileRunning(Promise.resolve(running(notes)), fail)).rejects.toThrow('broken');
  expect(notes).toEqual(['stopped']);
});

test('an object that does not start is not stopped', async () => {
  await expect(whileRunning(Promise.reject(new Error('no port')), async () => undefined)).rejects.toThrow('no port');
});
