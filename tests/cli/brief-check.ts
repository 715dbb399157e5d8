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
  '-q',
];
