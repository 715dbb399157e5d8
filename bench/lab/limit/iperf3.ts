import type { CReference } from './reference.ts';

/** Time that iperf3 needs besides the measured time. */
const SPARE_MS = 10_000;

/**
 * Runs a download by iperf3 from its own server, each on a CPU, over one connection, for a whole number of seconds.
 * Both sides use Reno, as the writer in C does.
 * @returns bytes per second that the client received.
 * @throws {TargetError} when it fails.
 */
export async function downloadByIperf3(
  reference: CReference,
  serverCpu: number,
  loadCpu: number,
  seconds: number,
): Promise<number> {
  const serve = (port: string) => ['iperf3', '-s', '-1', '-B', '127.0.0.1', '-p', port] as const;
  const server = await reference.listen('tcp', serve, serverCpu);
  try {
    const flags = ['-c', '127.0.0.1', '-p', server.port, '-R', '-C', 'reno', '-t', Math.ceil(seconds), '-J'].map(
      String,
    );
    const client = reference.tether(['iperf3', ...flags], loadCpu);
    return parseIperf3(await client.output(Math.ceil(seconds) * 1000 + SPARE_MS));
  } finally {
    await server.stop();
  }
}

/**
 * Returns the bytes received per second from the output of `iperf3 -J`.
 * @throws {Error} when the output does not contain that number.
 */
export function parseIperf3(json: string): number {
  const report = JSON.parse(json) as { end?: { sum_received?: { bits_per_second?: unknown } } };
  const bits = report.end?.sum_received?.bits_per_second;
  if (typeof bits !== 'number') throw new Error(`unexpected output of iperf3: ${json}`);
  return bits / 8;
}
