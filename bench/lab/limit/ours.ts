import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../../sockets/os/cpu.ts';
import { Generator, type LoadPlan } from '../../load/generator.ts';
import type { LoadReport } from '../../load/load-report.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Timestamps } from '../../model/configuration.ts';
import { fixedSize } from '../../model/message-sizes.ts';
import { type OperatingPoint, operatingPoint } from '../../model/operating-point.ts';
import { protocolSpec } from '../../run/protocol-spec.ts';
import { PAGE } from './autocannon.ts';
import type { LimitCase, LoadedServer } from './reference.ts';

/** Warm-up, in which the hot loop is compiled. The programs in C are compiled beforehand, too. */
const WARMUP_SECONDS = 1;
/** CPU time is read this long before measuring ends, while the load certainly still runs. */
const EARLY_SECONDS = 0.05;

/** A load without its destination. */
type OwnLoad = Pick<LoadPlan, 'point' | 'arrivals' | 'timestamps'> & Partial<Pick<LoadPlan, 'protocol'>>;

/** Result of one run of this project's generator. */
interface OwnRun {
  readonly report: LoadReport;
  /** CPU time of the whole process per completed request. It includes the engine's compiler and garbage collector. */
  readonly cpuMicrosPerRequest: number;
  /** CPU time of the whole process per GiB received. */
  readonly cpuSecondsPerGib: number;
  /** CPU time of the server's process, all threads included, per completed request. */
  readonly serverCpuMicrosPerRequest: number;
}

/** Returns a complete plan of one thread on one CPU. */
export function planFor(load: OwnLoad, port: number, cpu: number): LoadPlan {
  return {
    protocol: { kind: 'echo', sizes: load.point.sizes },
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
    const warmupEnd = begin + WARMUP_SECONDS * 1e9;
    const measureEnd = warmupEnd + seconds * 1e9;
    generator.go({ begin, warmupEnd, measureEnd, drainEnd: measureEnd + 100e6 });
    await sleep(WARMUP_SECONDS * 1000);
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
      cpuMicrosPerRequest: cpuNanos / 1e3 / completed,
      cpuSecondsPerGib: cpuNanos / 1e9 / gibibytes,
      serverCpuMicrosPerRequest: (after.serverCpuNanos - before.serverCpuNanos) / 1e3 / completed,
    };
  } finally {
    await generator.stop();
  }
}

/** Returns the generator's form of the load that a case describes. */
export function closedLoop({ transport, inFlight, size }: LimitCase, timestamps: Timestamps = 'user'): OwnLoad {
  const [connections, pipelining] = transport === 'tcp' ? [inFlight, 1] : [1, inFlight];
  return { point: { ...echoPoint(connections, size), transport, pipelining }, arrivals: null, timestamps };
}

/** Returns a load of TCP echo requests at a constant rate. */
export function constantRate(rate: number, connections: number, size: number): OwnLoad {
  const profile = { start: rate, stages: [], holdMs: 0 };
  return {
    point: echoPoint(connections, size),
    arrivals: { profile, arrivals: 'constant' },
    timestamps: 'user',
  };
}

/** Returns a load of HTTP requests in a closed loop, with each page compared. */
export function pageRequests(connections: number): OwnLoad {
  return {
    point: { ...echoPoint(connections, 1), app: 'http' },
    arrivals: null,
    timestamps: 'user',
    protocol: {
      kind: 'http',
      exchange: { host: '127.0.0.1', requests: [{ path: '/', expectBody: Buffer.from(PAGE) }], keepAlive: true },
    },
  };
}

/** A load that receives everything that a server sends over one connection. */
export const oneDownload: OwnLoad = {
  point: { ...echoPoint(1, 1), app: 'chargen', workload: 'download' },
  arrivals: null,
  timestamps: 'user',
};

function echoPoint(connections: number, size: number): OperatingPoint {
  return operatingPoint({ connections, sizes: fixedSize(size) });
}

function usage(generator: Generator, server: LoadedServer) {
  return {
    at: nowNanos(),
    cpuNanos: processCpuNanos(process.pid) ?? 0,
    serverCpuNanos: processCpuNanos(server.pid) ?? 0,
    completed: generator.completed(),
  };
}
