import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { whyMissing } from '../requirements.ts';

/**
 * Compiles the echo server in C, for the tests of a file. It starts in a hundredth of the time of a server in Node, and
 * needs no warm-up.
 * @returns a function that returns its command. `steps` of a loop for each request make it slower: a thousand take about
 * a microsecond.
 */
export function echoInC(): (steps?: number) => string {
  const folder = mkdtempSync(join(tmpdir(), 'sockbench-echo-'));
  const program = join(folder, 'echo');
  beforeAll(() => {
    if (whyMissing('cc') === undefined) execFileSync('cc', ['-O1', '-o', program, 'bench/lab/reference/echo_epoll.c']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (steps = 0) => `exec ${program} {port} ${steps}`;
}
