import { getAffinity } from '../../sockets/os/cpu.ts';
import { whyMissing } from '../requirements.ts';

/** Command of a server that echoes over TCP. */
export const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';

/**
 * Returns gates of metrics with a change to detect that is so large that sessions have the fewest windows, however much
 * a busy machine makes them scatter. The tolerated change is as without margins.
 */
export function coarse(...metrics: readonly string[]): string {
  return metrics.map((metric) => `${metric}=1%/900%`).join(',');
}

/** One CPU for the programs and the load. */
const [cpu] = whyMissing('libc') ? [] : getAffinity(0);

/**
 * Flags of a check that is as short as possible: no gated metric needs windows at a rate, and CPUs are given, as finding
 * them takes a second of full load. On a busy machine a reply may take long, which is no failure of a program.
 */
export const brief = [
  ...['--gate', coarse('throughput', 'cpu'), '--window', '5ms', '--warmup', '20ms', '-c', '4', '--timeout', '60s'],
  ...(cpu === undefined ? [] : ['--server-cpus', `${cpu}`, '--load-cpus', `${cpu}`]),
  ...['--max-sessions', '10', '-q'],
];
