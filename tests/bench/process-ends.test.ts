import { expect, test } from 'vitest';
import { judgeEnds, type ProcessEnd } from '../../bench/run/process-ends.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { good } from './good-trial.ts';

const end: ProcessEnd = { pid: 7, command: 'worker', isLasting: true, status: 0 };

test.each<[string, Partial<ProcessEnd>, string[], string[]]>([
  ['one that was replaced', {}, [], []],
  ['one that a signal killed', { status: 9 }, ['process 7 (worker) was killed by SIGKILL'], []],
  ['one that dumped core', { status: 139 }, ['process 7 (worker) was killed by SIGSEGV'], []],
  ['one that failed', { status: 0x300 }, ['process 7 (worker) exited with code 3'], []],
  ['a client’s that failed, or left it so', { isLasting: false, status: 0x300 }, [], []],
  [
    'a client’s that a signal killed',
    { isLasting: false, status: 11 },
    ['process 7 (worker) was killed by SIGSEGV'],
    [],
  ],
  ['one of which the kernel tells nothing', { status: undefined }, [], ['process 7 (worker) ended']],
  ['a client’s of which the kernel tells nothing', { isLasting: false, status: undefined }, [], []],
  ['a signal without a name', { status: 64 }, ['process 7 (worker) was killed by signal 64'], []],
])('%s', (_, change, failed, unknown) => {
  expect(judgeEnds([{ ...end, ...change }])).toEqual({ failed, unknown });
});

test('a trial in which it is not known how a process ended is invalid', () => {
  expect(judgeTrial({ ...good, lostProcesses: ['process 7 (worker) ended'] })).toMatchObject({
    verdict: 'invalid',
    reasons: [
      {
        code: 'server-process-ended',
        message: expect.stringContaining('process 7 (worker) ended while the server was measured'),
      },
    ],
  });
});
