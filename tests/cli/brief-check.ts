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

/**
 * One CPU for the programs and the generator: full load then takes the time of one, and the check need not find out whether
 * they work better apart (tests/bench/separation.system.test.ts).
 */
function onOneCpu(): readonly string[] {
  if (whyMissing('libc') !== undefined) return [];
  const cpu = String(getAffinity(0)[0]);
  return ['--threads', '1', '--server-cpus', cpu, '--load-cpus', cpu];
}

/**
 * Flags of a check that is as short as possible: no gated metric needs windows at a rate. On a busy machine a reply may take
 * long, which is no failure of a program.
 */
export const brief = [
  '--gate',
  coarse('throughput', 'cpu'),
  '--window',
  '10ms',
  '--warmup',
  '100ms',
  '-c',
  '4',
  '--timeout',
  '60s',
  '--max-sessions',
  '10',
  ...onOneCpu(),
  '-q',
];
