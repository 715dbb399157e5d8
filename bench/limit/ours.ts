import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../sockets/cpu.ts';
import { Generator, type LoadPlan, type LoadReport } from '../load/generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { fixedSize } from '../model/message-sizes.ts';
import type { LimitCase, LoadFigures } from './reference.ts';

/** Before measuring, so that the compiler of the hot loop is done; C had that behind it, too. */
const WARMUP_SECONDS = 0.5;
/** The process's clocks are read this long before measuring ends, to be sure that the load still flows. */
const EARLY_SECONDS = 0.05;

/** What a load is like, but for where it goes to. */
export type OwnLoad = Pick<LoadPlan, 'point' | 'arrivals'>;

/** What one run of this project's generator came to. */
export interface OwnRun {
  readonly report: LoadReport;
  /** CPU time of the whole process for each second: as for C, with what the engine's compiler and collector use. */
  readonly cpuShare: number;
  /** The same for each completed request, in microseconds; NaN when there are none. */
  readonly cpuMicrosPerRequest: number;
}

/** Runs this project's generator on one CPU, in one thread. @throws when it breaks, or a reply was wrong. */
export async function run(load: OwnLoad, port: number, cpu: number, seconds: number): Promise<OwnRun> {
  const generator = new Generator({
    ...load,
    address: { host: '127.0.0.1', port },
    threads: 1,
    cpus: [cpu],
    timeoutMs: 1000,
    openTimeoutMs: 5000,
  });
  try {
    await generator.opened();
    const warmupEnd = nowNanos() + WARMUP_SECONDS * 1e9;
    const measureEnd = warmupEnd + seconds * 1e9;
    generator.go({ warmupEnd, measureEnd, drainEnd: measureEnd + 100e6 });
    await sleep(WARMUP_SECONDS * 1000);
    const before = usage(generator);
    await sleep((seconds - EARLY_SECONDS) * 1000);
    const after = usage(generator);
    const report = await generator.finished();
    const { counts } = report;
    if (counts.corrupted + counts.errors > 0) throw new Error(`replies were wrong: ${JSON.stringify(counts)}`);
    const cpuNanos = after.cpuNanos - before.cpuNanos;
    return {
      report,
      cpuShare: cpuNanos / (after.at - before.at),
      cpuMicrosPerRequest: cpuNanos / 1e3 / (after.completed - before.completed),
    };
  } finally {
    await generator.stop();
  }
}

/** A closed loop. @throws as {@link run}. */
export async function flood(load: OwnLoad, port: number, cpu: number, seconds: number): Promise<LoadFigures> {
  const { report, cpuMicrosPerRequest } = await run(load, port, cpu, seconds);
  return { requestsPerSecond: report.requestsPerSecond, cpuMicrosPerRequest };
}

/** The load that a case describes, in the generator's words. */
export function closedLoop({ transport, inFlight, size }: LimitCase): OwnLoad {
  const [connections, pipelining] = transport === 'tcp' ? [inFlight, 1] : [1, inFlight];
  return {
    point: {
      transport,
      workload: 'request-response',
      connection: 'pooled',
      connections,
      pipelining,
      sizes: fixedSize(size),
    },
    arrivals: null,
  };
}

function usage(generator: Generator) {
  return { at: nowNanos(), cpuNanos: processCpuNanos(process.pid) ?? 0, completed: generator.completed() };
}
