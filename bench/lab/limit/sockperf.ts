import { stripVTControlCharacters } from 'node:util';
import type { CReference, ReferenceServer } from './reference.ts';

/** Modes of sockperf's client in which it counts replies. */
export const sockperfModes = {
  /** Sends as fast as it can, without waiting for replies; every datagram asks for one. */
  underLoad: ['under-load', '--mps=max', '--reply-every=1'],
  /** Sends 32 datagrams, waits for all replies, sends the next 32. */
  burstsOf32: ['ping-pong', '--burst=32'],
} as const;

export type SockperfMode = keyof typeof sockperfModes;

/** Time that sockperf needs besides the measured time: half a second, and more when its server is slow to answer. */
const SPARE_MS = 20_000;

/** Starts sockperf's own UDP server on one CPU: sockperf's client supports no other. */
export function serveSockperf(reference: CReference, cpu: number): Promise<ReferenceServer> {
  return reference.listen('udp', (port) => ['sockperf', 'server', '-i', '127.0.0.1', '-p', port], cpu);
}

/**
 * Runs sockperf's client on one CPU.
 * @param seconds rounded up, as sockperf takes whole seconds.
 * @returns replies received per second.
 * @throws {TargetError} when it fails.
 */
export async function runSockperf(
  reference: CReference,
  mode: SockperfMode,
  { port, cpu, size, seconds }: { port: number; cpu: number; size: number; seconds: number },
): Promise<number> {
  const whole = Math.ceil(seconds);
  const flags = ['-i', '127.0.0.1', '-p', port, '-m', size, '-t', whole].map(String);
  const client = reference.tether(['sockperf', ...sockperfModes[mode], ...flags], cpu);
  return parseSockperf(await client.output(whole * 1000 + SPARE_MS));
}

/**
 * Returns the replies received per second from the output of sockperf's client.
 * @throws {Error} when the output does not contain them.
 */
export function parseSockperf(output: string): number {
  const valid = /\[Valid Duration\] RunTime=([\d.]+) sec; SentMessages=\d+; ReceivedMessages=(\d+)/;
  const [, seconds, received] = valid.exec(stripVTControlCharacters(output)) ?? [];
  if (seconds === undefined || received === undefined) throw new Error(`unexpected output of sockperf: ${output}`);
  return Number(received) / Number(seconds);
}
