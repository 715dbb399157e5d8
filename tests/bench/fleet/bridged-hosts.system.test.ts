import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BridgedHosts } from '../../../bench/lab/fleet/losses/bridged-hosts.ts';
import { resultSchema } from '../../../bench/model/result.ts';
import { scratchDirectory } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { startAgent, startNats, startRun } from './daemon.ts';

const whyNot = whyMissing('nats-server') ?? whyMissing('bridge') ?? whyMissing('libc');

describe.skipIf(whyNot)('agents on other hosts', () => {
  test('load a server of the controller’s host, and a cut network fails the trial', async () => {
    const hosts = new BridgedHosts(3);
    onTestFinished(() => hosts.remove());
    const here = hosts.address(1);
    const nats = await startNats('-1', here, hosts.on(1));
    onTestFinished(() => nats.daemon.end());
    const [two, three] = await Promise.all(
      [2, 3].map(async (host) => {
        const agent = await startAgent(nats.url, `host-${host}`, ['--allow-target', here], hosts.on(host));
        onTestFinished(() => agent.end());
        return agent;
      }),
    );
    // Replies take a while: a closed loop at full speed would use up the CPUs.
    const model = ['--model', 'epoll', '--work', 'io:5ms', '--listen-on', here];
    const flags = [...model, '--agents', '2', '--max-clock-error', '10s', '--quiet'];
    const file = join(scratchDirectory(), 'result.json');
    const out = ['--out-dir', scratchDirectory(), '--json', file];
    const patient = ['--agent-timeout', '30s'];
    const whole = startRun(nats.url, [...flags, ...out, ...patient, '-d', '500ms', '--warmup', '0'], hosts.on(1));
    onTestFinished(() => whole.end());
    expect(await whole.ended, whole.output).toBe(0);
    const { plan, trials } = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(plan.agents).toEqual(['host-2', 'host-3']);
    expect(trials[0]?.agents?.every(({ requests }) => requests.completed > 0)).toBe(true);
    // The server ran here, so its CPU time is known.
    expect(trials[0]?.server?.cpuSeconds).toBeGreaterThan(0);

    const at = [two, three].map((agent) => agent?.output.length);
    const out2 = ['--out-dir', scratchDirectory(), '--agent-timeout', '3s'];
    const cut = startRun(nats.url, [...flags, ...out2, '-d', '60s', '--warmup', '0'], hosts.on(1));
    onTestFinished(() => cut.end());
    await Promise.all([two, three].map((agent, i) => agent?.waitFor(/begins in/, at[i])));
    hosts.setLink(3, 'down');
    expect(await cut.ended).toBe(4);
    expect(cut.output).toMatch(/agent host-3 was silent for/);
    await two?.waitFor(/is over: the controller ended it/, at[0]);
    await three?.waitFor(/is over: the controller was silent/, at[1]);
    hosts.setLink(3, 'up');
  });
});
