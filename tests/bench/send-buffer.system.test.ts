import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resultSchema } from '../../bench/model/result.ts';
import { scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';
import { accountedFor } from './measured.ts';

const program = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** A network namespace that carries 0.5 MB/s: faster senders fill their send buffers. */
const SLOW = 'ip link set lo up && tc qdisc add dev lo root tbf rate 4mbit burst 20kb latency 5s';

test.skipIf(whyMissing('tbf'))(
  'datagrams that exceed the generator’s send buffer are dropped, and are not errors of the server',
  () => {
    const load = '-c 1 -R 3000 -n 2000 -d 60s --size 1000 --timeout 1s --warmup 0s';
    const line = `exec ${process.execPath} ${program} run --model event-driven --transport udp ${load} --json - --out-dir`;
    const shell = `${SLOW} && ${line} '${scratchDirectory()}'`;
    const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', shell], { encoding: 'utf8', timeout: 60_000 });
    const [trial] = resultSchema.parse(JSON.parse(stdout)).trials;
    if (trial === undefined) throw new Error(stdout);
    const { requests, latencyMicros, validity } = trial;
    expect(requests.dropped).toBeGreaterThan(500);
    expect(requests.drops).toMatchObject({ sendBuffer: requests.dropped });
    expect(requests.errors).toBe(0);
    expect(requests.sent + requests.dropped).toBe(2000);
    expect(accountedFor(trial)).toBe(requests.sent);
    expect(latencyMicros.response.count).toBe(requests.sent);
    const codes = validity.reasons.map(({ code }) => code);
    expect(codes).toContain('send-buffer');
    expect(codes).not.toContain('errors');
  },
);
