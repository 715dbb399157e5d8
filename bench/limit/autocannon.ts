import { fileURLToPath } from 'node:url';
import { packageRoot } from '../model/package.ts';
import type { CReference, LoadFigures, ReferenceServer } from './reference.ts';

/** What the plain server says to every request. */
export const PAGE = 'Hello, World!';

/** What autocannon needs besides the time that it measures: its start, and its run before that counts. */
const SPARE_MS = 15_000;

/** Starts a plain HTTP server of Node's on one CPU. @throws {TargetError} when it does not listen before long. */
export function servePages(reference: CReference, cpu: number): Promise<ReferenceServer> {
  return reference.listen('tcp', (port) => [process.execPath, entry('page-server-main'), port], cpu);
}

/**
 * Runs autocannon in a process of its own on one CPU, for a whole number of seconds, in a closed loop.
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

/** What autocannon-main prints. @throws when requests failed, or it is something else. */
export function parseAutocannon(output: string): LoadFigures {
  const { completed, failed, measuredSeconds, cpuMicros } = JSON.parse(output) as Record<string, unknown>;
  if (typeof completed !== 'number' || typeof measuredSeconds !== 'number' || typeof cpuMicros !== 'number') {
    throw new Error(`autocannon said: ${output}`);
  }
  if (failed !== 0 || completed === 0) throw new Error(`replies to autocannon were wrong: ${output}`);
  return { requestsPerSecond: completed / measuredSeconds, cpuMicrosPerRequest: cpuMicros / completed };
}

function entry(name: string): string {
  return fileURLToPath(new URL(`dist/bench/limit/${name}.js`, packageRoot()));
}
