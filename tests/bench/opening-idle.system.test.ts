import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type { Generator } from '../../bench/load/generator.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { opened } from '../../bench/run/opening.ts';
import type { RunningTarget } from '../../bench/run/running-target.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { processCpuNanos } from '../../sockets/os/cpu.ts';
import { PATIENCE_MS, until } from '../servers/until.ts';

/** Uses CPU time while the shared flag is 0, as load threads do that still open connections. */
const BUSY = `
  const { workerData } = require('node:worker_threads');
  while (Atomics.load(workerData, 0) === 0);
`;

test.skipIf(whyNoLibc() !== undefined)(
  'opening is not given up while the load threads work, and then it is',
  async () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(BUSY, { eval: true, workerData: stop });
    onTestFinished(() => void worker.terminate());
    let isGivenUp = false;
    let end: (report: { opened: number; answered: number }) => void = () => undefined;
    const ended = new Promise((resolve) => {
      end = resolve;
    });
    const generator = {
      opened: () => ended,
      giveUpOpening() {
        isGivenUp = true;
        end({ opened: 2, answered: 1 });
      },
    } as unknown as Generator;
    // No process of the server: it uses no CPU time.
    const target = { pids: () => [] } as unknown as RunningTarget;
    const spec = { ...operatingPoint(), target: { kind: 'model', model: 'iterative' }, round: 1 } as const;
    const opening = opened(spec, target, generator);
    const before = processCpuNanos(process.pid) ?? 0;
    // Several times as much CPU time as an idle server would have had time.
    await until('the load thread to have worked', () => (processCpuNanos(process.pid) ?? 0) - before > 2e9);
    expect(isGivenUp).toBe(false);
    Atomics.store(stop, 0, 1);
    expect(await opening).toEqual({ opened: 2, answered: 1 });
  },
  3 * PATIENCE_MS,
);
