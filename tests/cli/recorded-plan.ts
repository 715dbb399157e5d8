import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../bench/check/baselines.ts';
import { scratchDirectory } from './program.ts';

/** Command of an echo server, for check's --exec. */
export const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';

/** Returns a check command with the plan of tests/bench/check/baselines.ts, against the recorded runs of a file. */
export function checkAgainst(file: string): readonly string[] {
  return [
    ...['check', '--baseline', file, '--exec', echo, '--gate', 'throughput,cpu', '--window', '10ms', '-c', '4'],
    ...['--warmup', '700ms', '-q', '--threads', '1', '--server-cpus', '0', '--load-cpus', '0'],
    ...['--out-dir', scratchDirectory()],
  ];
}

export const recordedRuns = [-3, -3.001, -2.999, -3.0005, -2.9995].map((value) => run(value));

/** Writes a file that is removed when the test finishes. @returns its path. */
export function saved(content: string): string {
  const file = join(scratchDirectory(), 'runs.json');
  writeFileSync(file, content);
  return file;
}
