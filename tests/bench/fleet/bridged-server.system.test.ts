import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BridgedHosts } from '../../../bench/lab/fleet/losses/bridged-hosts.ts';
import { resultSchema } from '../../../bench/model/result.ts';
import { scratchDirectory } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { startAgent, startNats, startRun } from './daemon.ts';

const whyNot = whyMissing('nats-server') ?? whyMissing('bridge') ?? whyMissing('libc');

/** Echoes after a while: a closed loop at full speed would use up the CPUs. */
const ECHO =
  "require('node:net').createServer((c) => c.on('data', (d) => setTimeout(() => c.write(d), 5)))" +
  '.listen(process.argv[1], process.argv[2])';

describe.skipIf(whyNot)('a server on another host', () => {
  test('is loaded by a third one, and ends when its network is cut, which fails the trial', async () => {
    const hosts = new BridgedHosts(3);
    onTestFinished(() => hosts.remove());
    const [here, there] = [hosts.address(1), hosts.address(2)];
    const nats = await startNats('-1', here, hosts.on(1));
    onTestFinished(() => nats.daemon.end());
    const command = `echo=exec '${process.execPath}' -e "${ECHO}" {port} {host}`;
    const [server, load] = await Promise.all([
      startAgent(nats.url, 'server', ['--serve', '--listen-on', there, '--serve-command', command], hosts.on(2)),
      startAgent(nats.url, 'load', ['--allow-target', there], hosts.on(3)),
    ]);
    onTestFinished(() => server.end());
    onTestFinished(() => load.end());
    const file = join(scratchDirectory(), 'result.json');
    const flags = [
      '--serve-on',
      'server',
      '--serve-command',
      'echo',
      '--agents',
      '1',
      '-c',
      '4',
      '--warmup',
      '0',
      '-q',
    ];
    const patient = ['--max-clock-error', '10s', '--agent-timeout', '30s'];
    const out = ['--out-dir', scratchDirectory(), '--json', file];
    const whole = startRun(nats.url, [...flags, ...patient, ...out, '-d', '2s'], hosts.on(1));
    onTestFinished(() => whole.end());
    expect(await whole.ended, whole.output).toBe(0);
    const { plan, trials } = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(plan).toMatchObject({ agents: ['load'], servedOn: { name: 'server' } });
    expect(trials[0]).toMatchObject({ target: 'echo' });
    expect(trials[0]?.server?.cpuSeconds).toBeGreaterThan(0);

    const from = [server.output.length, load.output.length] as const;
    const short = ['--max-clock-error', '10s', '--agent-timeout', '3s', '--out-dir', scratchDirectory(), '-d', '60s'];
    const cut = startRun(nats.url, [...flags, ...short], hosts.on(1));
    onTestFinished(() => cut.end());
    await load.waitFor(/begins in/, from[1]);
    hosts.setLink(2, 'down');
    expect(await cut.ended).toBe(4);
    expect(cut.output).toMatch(/agent server, which serves, was silent for/);
    await load.waitFor(/is over: the controller ended it/, from[1]);
    await server.waitFor(/is over: the controller was silent/, from[0]);
    await expect.poll(() => server.tree, { timeout: 20_000 }).toHaveLength(1);
    hosts.setLink(2, 'up');
  });
});
