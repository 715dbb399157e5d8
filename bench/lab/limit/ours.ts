import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../../sockets/os/cpu.ts';
import { Generator, type LoadPlan } from '../../load/generator.ts';
import type { LoadReport } from '../../load/load-report.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { OwnLoad } from './loads.ts';
import type { LoadedServer, LoadFigures } from './reference.ts';
import { warmupSeconds } from './warmup.ts';

/** CPU time is read this long before measuring ends, while the load certainly still runs. */
const EARLY_SECONDS = 0.05;

/**
 * Result of one run of this project's generator. Its CPU time includes the compiler and the garbage collector of
 * JavaScript.
 */
interface OwnRun extends LoadFigures {
  readonly report: LoadReport;
  /** CPU time of the whole process per GiB received. */
  readonly cpuSecondsPerGib: number;
  /** CPU time of the server's process, all threads included, per completed request. */
  readonly serverCpuMicrosPerRequest: number;
}

/** Returns a complete plan of one thread on one CPU. */
export function planFor(load: OwnLoad, port: number, cpu: number): LoadPlan {
  return {
    ...load,
    address: { host: '127.0.0.1', port },
    threads: 1,
    cpus: [cpu],
    levels: null,
    streamKey: { seed: 1 },
    requests: null,
    timeoutMs: 1000,
    openTimeoutMs: 10_000,
  };
}

/**
 * Runs this project's generator on one CPU, in one thread.
 * @throws {Error} when it fails, or a reply was wrong.
 */
export async function run(load: OwnLoad, server: LoadedServer, cpu: number, seconds: number): Promise<OwnRun> {
  const generator = new Generator(planFor(load, server.port, cpu));
  try {
    await generator.opened();
    const begin = nowNanos();
    const warmup = warmupSeconds(seconds);
    const warmupEnd = begin + warmup * 1e9;
    const measureEnd = warmupEnd + seconds * 1e9;
    generator.go({ begin, warmupEnd, measureEnd, drainEnd: measureEnd + 100e6 });
    await sleep(warmup * 1000);
    const before = usage(generator, server);
    await sleep((seconds - EARLY_SECONDS) * 1000);
    const after = usage(generator, server);
    const report = await generator.finished();
    const { counts } = report;
    if (counts.corrupted + counts.errors > 0) throw new Error(`replies were wrong: ${JSON.stringify(counts)}`);
    const cpuNanos = after.cpuNanos - before.cpuNanos;
    const completed = after.completed - before.completed;
    const gibibytes = (report.bytesPerSecond * (after.at - before.at)) / 1e9 / 1024 ** 3;
    return {
      report,
      requestsPerSecond: report.requestsPerSecond,
      cpuMicrosPerRequest: cpuNanos / 1e3 / completed,
      cpuSecondsPerGib: cpuNanos / 1e9 / gibibytes,
      serverCpuMicrosPerRequest: (after.serverCpuNanos - before.serverCpuNanos) / 1e3 / completed,
    };
  } finally {
    await generator.stop();
  }
}

function usage(generator: Generator, server: LoadedServer) {
  return {
    at: nowNanos(),
    cpuNanos: processCpuNanos(process.pid) ?? 0,
    serverCpuNanos: processCpuNanos(server.pid) ?? 0,
    completed: generator.completed(),
  };
}
