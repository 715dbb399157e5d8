import { KEYS, type RedisFlood, VALUE_BYTES } from './redis.ts';
import type { CReference } from './reference.ts';

/** Time that memtier_benchmark needs besides the measured time. */
const SPARE_MS = 10_000;

/** Numbers of keys with as many digits as the largest, because memtier_benchmark does not pad them. */
const KEY_FLAGS = [
  `--key-prefix=key:${'0'.repeat(12 - String(KEYS - 1).length)}`,
  `--key-minimum=${KEYS / 10}`,
  `--key-maximum=${KEYS - 1}`,
  '--key-pattern=R:R',
];

/**
 * Runs memtier_benchmark in one thread on one CPU.
 * @param seconds rounded up, as it takes whole seconds.
 * @returns requests per second.
 * @throws {TargetError} when it fails.
 */
export async function floodByMemtier(
  reference: CReference,
  { command, connections, port, cpu }: RedisFlood,
  seconds: number,
): Promise<number> {
  const whole = Math.ceil(seconds);
  const load = ['--threads=1', `--clients=${connections}`, `--test-time=${whole}`, `--data-size=${VALUE_BYTES}`];
  const ratio = `--ratio=${command === 'SET' ? '1:0' : '0:1'}`;
  const flags = ['-s', '127.0.0.1', '-p', String(port), ...load, ratio, ...KEY_FLAGS, '--hide-histogram'];
  const child = reference.tether(['memtier_benchmark', ...flags], cpu);
  return parseMemtier(await child.output(whole * 1000 + SPARE_MS));
}

/**
 * Returns the requests per second from the output of memtier_benchmark.
 * @throws {Error} when the output does not contain them.
 */
export function parseMemtier(output: string): number {
  const [, requestsPerSecond] = /^Totals\s+([\d.]+)\s/m.exec(output) ?? [];
  if (requestsPerSecond === undefined || Number(requestsPerSecond) === 0) {
    throw new Error(`unexpected output of memtier_benchmark: ${output}`);
  }
  return Number(requestsPerSecond);
}
