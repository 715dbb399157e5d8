import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../sockets/cpu.ts';
import { Generator } from '../load/generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { fixedSize } from '../model/message-sizes.ts';
import type { LimitCase, LoadFigures } from './reference.ts';

/** Before measuring, so that the compiler of the hot loop is done; C had that behind it, too. */
const WARMUP_SECONDS = 0.5;

/** Runs this project's generator on one CPU, in one thread. @throws when it breaks, or a reply was wrong. */
export async function flood(
  { transport, inFlight, size }: LimitCase,
  port: number,
  cpu: number,
  seconds: number,
): Promise<LoadFigures> {
  const [connections, pipelining] = transport === 'tcp' ? [inFlight, 1] : [1, inFlight];
  const generator = new Generator({
    point: {
      transport,
      workload: 'request-response',
      connection: 'pooled',
      connections,
      pipelining,
      sizes: fixedSize(size),
    },
    address: { host: '127.0.0.1', port },
    threads: 1,
    cpus: [cpu],
    arrivals: null,
    levels: null,
    requests: null,
    timestamps: 'user',
    timeoutMs: 1000,
    openTimeoutMs: 5000,
  });
  try {
    await generator.opened();
    const begin = nowNanos();
    const warmupEnd = begin + WARMUP_SECONDS * 1e9;
    const measureEnd = warmupEnd + seconds * 1e9;
    generator.go({ begin, warmupEnd, measureEnd, drainEnd: measureEnd + 100e6 });
    await sleep(WARMUP_SECONDS * 1000);
    // Of the whole process, as for C: with what the engine's compiler and collector use.
    const [cpuBefore, completedBefore] = [processCpuNanos(process.pid) ?? 0, generator.completed()];
    await sleep(seconds * 1000 - 50);
    const [cpuAfter, completedAfter] = [processCpuNanos(process.pid) ?? 0, generator.completed()];
    const { counts, requestsPerSecond } = await generator.finished();
    if (counts.corrupted + counts.errors > 0) throw new Error(`replies were wrong: ${JSON.stringify(counts)}`);
    return {
      requestsPerSecond,
      cpuMicrosPerRequest: (cpuAfter - cpuBefore) / 1e3 / (completedAfter - completedBefore),
    };
  } finally {
    await generator.stop();
  }
}
