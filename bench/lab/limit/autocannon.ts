import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../model/package.ts';
import type { CReference, LoadFigures, ReferenceServer } from './reference.ts';

/** What the plain server replies to every request. */
export const PAGE = 'Hello, World!';

/** Time that autocannon needs besides the measured time: its start and its warm-up run. */
const SPARE_MS = 15_000;

/**
 * Starts a plain HTTP server, written with Node, on one CPU.
 * @throws {TargetError} when it does not listen in time.
 */
export function servePages(reference: CReference, cpu: number): Promise<ReferenceServer> {
  return reference.listen('tcp', (port) => [process.execPath, entry('page-server-main'), port], cpu);
}

/**
 * Runs autocannon in its own process on one CPU, for a whole number of seconds, in a closed loop.
 * @throws {TargetError} when it fails.
 */
export async function floodByAutocannon(
  reference: CReference,
  port: number,
  connections: number,
  cpu: number,
  seconds: number,
): Promise<LoadFigures> {
  const wholeSeconds = Math.ceil(seconds);
  const flags = [port, connections, wholeSeconds].map(String);
  const child = reference.tether([process.execPath, entry('autocannon-main'), ...flags], cpu);
  return parseAutocannon(await child.output(wholeSeconds * 1000 + SPARE_MS));
}

/**
 * Parses the output of autocannon-main.
 * @throws {Error} when requests failed, or the output has another form.
 */
export function parseAutocannon(output: string): LoadFigures {
  const { completed, failed, measuredSeconds, cpuMicros } = JSON.parse(output) as Record<string, unknown>;
  if (typeof completed !== 'number' || typeof measuredSeconds !== 'number' || typeof cpuMicros !== 'number') {
    throw new Error(`unexpected output of autocannon: ${output}`);
  }
  if (failed !== 0 || completed === 0) throw new Error(`replies to autocannon were wrong: ${output}`);
  return { requestsPerSecond: completed / measuredSeconds, cpuMicrosPerRequest: cpuMicros / completed };
}

function entry(name: string): string {
  return fileURLToPath(new URL(`dist/bench/lab/limit/${name}.js`, packageRoot()));
}
