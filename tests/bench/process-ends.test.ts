import { expect, test } from 'vitest';
import { judgeEnds, type ProcessEnd } from '../../bench/run/process-ends.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { good } from './good-trial.ts';

const end: ProcessEnd = { pid: 7, command: 'worker', isLasting: true, status: 0 };

test.each<[string, Partial<ProcessEnd>, string[], string[]]>([
  ['a worker that was replaced', {}, [], []],
  ['a worker that was killed by a signal', { status: 9 }, ['process 7 (worker) was killed by SIGKILL'], []],
  ['a worker that dumped core', { status: 139 }, ['process 7 (worker) was killed by SIGSEGV'], []],
  ['a worker that failed', { status: 0x300 }, ['process 7 (worker) exited with code 3'], []],
  ['a process of a client that exited with an error code', { isLasting: false, status: 0x300 }, [], []],
  [
    'a process of a client that was killed by a signal',
    { isLasting: false, status: 11 },
    ['process 7 (worker) was killed by SIGSEGV'],
    [],
  ],
  ['a worker with an unknown status', { status: undefined }, [], ['process 7 (worker) ended']],
  ['a process of a client with an unknown status', { isLasting: false, status: undefined }, [], []],
  ['a signal without a name', { status: 64 }, ['process 7 (worker) was killed by signal 64'], []],
])('%s', (_, change, failed, unknown) => {
  expect(judgeEnds([{ ...end, ...change }])).toEqual({ failed, unknown });
});

test('a trial in which the end of a process has an unknown status is invalid', () => {
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
