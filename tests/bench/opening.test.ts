import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { whyUnavailable } from '../../servers/catalog.ts';
import { onlyTrial, resultOf, startMeasuring } from './measured.ts';

const PATIENCE = ['--open-timeout', '15s', '--timeout', '15s'];

describe.skipIf(whyUnavailable('iterative'))('connections that are not answered', () => {
  test('are given up before their time when the server has nothing left to do', async () => {
    const { opening } = onlyTrial(await resultOf(startMeasuring('--model', 'iterative', '-c', '3', ...PATIENCE)));
    expect(opening).toMatchObject({ opened: 3, answered: 1 });
    expect(opening.seconds).toBeLessThan(15);
  });

  test('are waited for while the server waits for its work', async () => {
    // More than there are threads in its pool, so that some are answered long before the others.
    const connections = availableParallelism() + 1;
    const flags = ['-c', `${connections}`, '--work', 'io:900ms'];
    const { opening } = onlyTrial(await resultOf(startMeasuring('--model', 'worker-pool', ...flags, ...PATIENCE)));
    expect(opening).toMatchObject({ opened: connections, answered: connections });
  });
});
