import { KEYS, type RedisFlood, VALUE_BYTES } from './redis.ts';
import type { CReference, LoadFigures } from './reference.ts';

/** Longest time that a run may take. */
const LIMIT_MS = 60_000;

/**
 * Runs redis-benchmark in one thread on one CPU, for a number of requests: it cannot be given a time.
 * @throws {TargetError} when it fails.
 */
export async function floodByRedisBenchmark(
  reference: CReference,
  { command, connections, port, cpu }: RedisFlood,
  requests: number,
): Promise<LoadFigures> {
  const load = ['-t', command.toLowerCase(), '-c', connections, '-n', requests, '-d', VALUE_BYTES, '-r', KEYS];
  const flags = ['-h', '127.0.0.1', '-p', port, ...load].map(String);
  const { output, cpuMicros } = await reference.runPeer(['redis-benchmark', ...flags, '--csv'], cpu, LIMIT_MS);
  return { requestsPerSecond: parseRedisBenchmark(output), cpuMicrosPerRequest: cpuMicros / requests };
}

/**
 * Returns the requests per second from the output of `redis-benchmark --csv`, for one command.
 * @throws {Error} when the output does not contain them.
 */
export function parseRedisBenchmark(output: string): number {
  const [, requestsPerSecond] = /^"(?:SET|GET)","([\d.]+)"/m.exec(output) ?? [];
  if (requestsPerSecond === undefined) throw new Error(`unexpected output of redis-benchmark: ${output}`);
  return Number(requestsPerSecond);
}
