import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../model/package.ts';
import type { SecondOpinion } from '../../model/second-opinion.ts';
import { AutocannonProcess } from '../../run/second-opinion/autocannon-process.ts';
import { whileRunning } from '../../run/while-running.ts';
import type { CReference, LoadFigures, ReferenceServer } from './reference.ts';
import { warmupSeconds } from './warmup.ts';

/** What the plain server replies to every request. */
export const PAGE = 'Hello, World!';

const TIMEOUT_MS = 1000;

/**
 * Starts a plain HTTP server, written with Node, on one CPU.
 * @throws {TargetError} when it does not listen in time.
 */
export function servePages(reference: CReference, cpu: number): Promise<ReferenceServer> {
  const program = fileURLToPath(new URL('dist/bench/lab/limit/page-server-main.js', packageRoot()));
  return reference.listen('tcp', (port) => [process.execPath, program, port], cpu);
}

/**
 * Runs autocannon in its own process on one CPU, in a closed loop.
 * @throws {AutocannonError} when it fails.
 * @throws {Error} when a reply was wrong.
 */
export async function floodByAutocannon(
  port: number,
  connections: number,
  cpu: number,
  seconds: number,
): Promise<LoadFigures> {
  const load = {
    ...{ address: { host: '127.0.0.1', port }, secure: false, host: `127.0.0.1:${port}`, request: { path: '/' } },
    ...{ connections, pipelining: 1, timeoutMs: TIMEOUT_MS, warmupMs: warmupSeconds(seconds) * 1000 },
    durationMs: seconds * 1000,
  };
  return figuresOf(await whileRunning(new AutocannonProcess(load, [cpu]), ({ opinion }) => opinion));
}

/** Returns an opinion as a row needs it. @throws {Error} when requests failed. */
export function figuresOf({ requests, throughput, generator }: SecondOpinion): LoadFigures {
  const { cpuMicrosPerRequest } = generator;
  if (requests.errors + requests.timedOut > 0 || cpuMicrosPerRequest === null) {
    throw new Error(`replies to autocannon were wrong: ${JSON.stringify(requests)}`);
  }
  return { requestsPerSecond: throughput.requestsPerSecond, cpuMicrosPerRequest };
}
