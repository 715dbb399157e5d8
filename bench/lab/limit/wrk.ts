import type { CReference, LoadFigures } from './reference.ts';

/** Time that wrk needs besides the measured time. */
const SPARE_MS = 10_000;

/** A load of GET requests in a closed loop. */
interface WrkLoad {
  readonly url: string;
  readonly connections: number;
  readonly cpu: number;
  /** Rounded up, as wrk takes whole seconds. */
  readonly seconds: number;
}

/**
 * Runs wrk in one thread on one CPU.
 * @throws {TargetError} when it fails.
 */
export async function floodByWrk(
  reference: CReference,
  { url, connections, cpu, seconds }: WrkLoad,
): Promise<LoadFigures> {
  const whole = Math.ceil(seconds);
  const command = ['wrk', '-t1', `-c${connections}`, `-d${whole}s`, url] as const;
  const { output, cpuMicros } = await reference.runPeer(command, cpu, whole * 1000 + SPARE_MS);
  const { requests, requestsPerSecond } = parseWrk(output);
  return { requestsPerSecond, cpuMicrosPerRequest: cpuMicros / requests };
}

/**
 * Parses the output of wrk.
 * @throws {Error} when requests failed, or the output has another form.
 */
export function parseWrk(output: string): { readonly requests: number; readonly requestsPerSecond: number } {
  const [, requests] = /^\s*(\d+) requests in /m.exec(output) ?? [];
  const [, requestsPerSecond] = /^Requests\/sec:\s+([\d.]+)$/m.exec(output) ?? [];
  if (requests === undefined || requestsPerSecond === undefined) throw new Error(`unexpected output of wrk: ${output}`);
  const failed = Number(requests) === 0 || /Socket errors|Non-2xx/.test(output);
  if (failed) throw new Error(`replies to wrk were wrong: ${output}`);
  return { requests: Number(requests), requestsPerSecond: Number(requestsPerSecond) };
}
