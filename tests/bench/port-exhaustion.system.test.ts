import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resultSchema } from '../../bench/model/result.ts';
import { scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';

const program = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** A network namespace in which an address has two ports, and closed connections keep theirs. */
const NARROW = [
  'ip link set lo up',
  'echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range',
  'echo 0 > /proc/sys/net/ipv4/tcp_tw_reuse',
].join(' && ');

test.skipIf(whyMissing('netns'))('exhausted ports are reported, and the other requests are completed', () => {
  const flags = ['--model', 'event-driven', '-c', '2', '--connection', 'per-request', '-n', '300', '-d', '5s'];
  const line = ['exec', process.execPath, program, 'run', ...flags, '--warmup', '0s', '--json', '-', '--out-dir'];
  const shell = `${NARROW} && ${[...line, scratchDirectory()]
    .map((word) => `'${word}'`)
    .join(' ')
    .replace("'exec'", 'exec')}`;
  const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', shell], { encoding: 'utf8', timeout: 30_000 });
  const [trial] = resultSchema.parse(JSON.parse(stdout)).trials;
  const { completed = 0, errors, dropped = 0, drops } = trial?.requests ?? {};
  // 64 addresses of two ports each, of which the kernel may try only one; 2 connections were opened before measuring.
  expect(completed).toBeGreaterThanOrEqual(64 - 2);
  expect(completed).toBeLessThanOrEqual(2 * 64 - 2);
  // Requests without a port were never sent, so they are not errors of the server.
  expect({ errors, due: completed + dropped, drops }).toMatchObject({
    errors: 0,
    due: 300,
    drops: { noPort: dropped },
  });
  const note = trial?.validity.reasons.find(({ code }) => code === 'ports-exhausted');
  expect(note?.message).toContain(`${dropped} connections found no local port`);
  expect(note?.message).toContain('ip_local_port_range');
});
