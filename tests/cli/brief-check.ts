/** Command of a server that echoes over TCP. */
export const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';

/**
 * Flags of a check that is as short as possible: no gated metric needs windows at a rate. On a busy machine a reply may take
 * long, which is no failure of a program.
 */
export const brief = [
  '--gate',
  'throughput,cpu',
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
