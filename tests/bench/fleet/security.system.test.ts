import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratchDirectory, sockbench } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { startAgent } from './daemon.ts';
import { startConfiguredNats, writeIdentity } from './secured-nats.ts';

/** The permissions that a page of docs recommends. */
const PERMISSIONS = readFileSync(new URL('../../../docs/fleet.md', import.meta.url), 'utf8').match(
  /^authorization \{\n[\s\S]*?^\}$/m,
)?.[0];

/** What no output and no file may contain. */
const SECRET = /s3cret/;

describe.skipIf(whyMissing('nats-server') ?? whyMissing('libc'))('a NATS server with TLS and users', () => {
  test('carries a run with the permissions of the docs, and refuses everything else with a reason', async () => {
    const { ca, tls } = writeIdentity();
    const port = await startConfiguredNats(`${tls}\n${PERMISSIONS?.replaceAll('PASSWORD', 's3cret')}`);
    const as = (user: string) => ['--nats', `tls://${user}@127.0.0.1:${port}`, '--nats-ca', ca];
    const controller = 'controller:s3cret-c';
    const url = `tls://agent:s3cret-a@127.0.0.1:${port}`;
    const agent = await startAgent(url, 'one', ['--nats-ca', ca, '--allow-target', '127.0.0.1']);
    onTestFinished(() => agent.end());
    const out = scratchDirectory();
    const load = [
      '--model',
      'epoll',
      '--agents',
      'all',
      '-c',
      '2',
      '-n',
      '50',
      '--warmup',
      '0',
      '--agent-timeout',
      '30s',
    ];
    const files = ['--out-dir', out, '--out', `html=${join(out, 'page.html')}`];
    const run = await sockbench('run', ...as(controller), ...load, ...files, '--max-clock-error', '10s');
    expect(run.code, run.stderr).toBe(0);
    const written = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(written.length).toBeGreaterThanOrEqual(2);
    for (const { parentPath, name } of written) {
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toMatch(SECRET);
    }
    const printed = await sockbench('run', ...as(controller), ...load, '--print-config');
    const wrong = await sockbench('agents', ...as('controller:s3cret-x'));
    const asAgent = await sockbench('agents', ...as('agent:s3cret-a'));
    const untrusted = await sockbench('agents', '--nats', `tls://${controller}@127.0.0.1:${port}`);
    expect([wrong.code, asAgent.code, untrusted.code]).toEqual([2, 2, 2]);
    expect(wrong.stderr).toMatch(/Authorization Violation; check the user and the password/);
    expect(asAgent.stderr).toMatch(/NATS.*Permissions Violation.*docs\/fleet\.md/);
    expect(untrusted.stderr).toMatch(/--nats-ca/);
    for (const { stdout, stderr } of [run, printed, wrong, asAgent, untrusted]) {
      expect(stdout + stderr).not.toMatch(SECRET);
    }
    expect(agent.output).not.toMatch(SECRET);
  });

  test('knows a client by the seed of its nkey', async () => {
    const user = nkeys.createUser();
    const file = join(scratchDirectory(), 'user.nk');
    writeFileSync(file, user.getSeed());
    const port = await startConfiguredNats(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`);
    const nats = ['agents', '--nats', `nats://127.0.0.1:${port}`];
    // There is no agent.
    expect(await sockbench(...nats, '--nats-creds', file)).toMatchObject({ code: 3 });
    const { code, stderr } = await sockbench(...nats);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Authorization Violation/);
  });
});
