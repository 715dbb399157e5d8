import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDnsmasq, startMemcached } from '../examples/installed-server.ts';
import { whyMissing } from '../requirements.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

/** Runs a short load with a protocol, and returns its exit code, its output and its trial. */
async function run(file: string, target: string, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--target', target, '--protocol', file, '--out-dir', scratchDirectory()],
    ...['-c', '8', '-n', '200', '-d', '60s', '--warmup', '0s', '--json', '-', ...flags],
  );
  return { code, stderr, trial: stdout === '' ? undefined : JSON.parse(stdout).trials[0] };
}

const NO_FAULTS = { timedOut: 0, errors: 0, corrupted: 0 };

test.skipIf(whyMissing('memcached'))('run measures memcached by the example, and records its file', async () => {
  const file = 'examples/protocols/memcached.ts';
  const flags = ['--threads', '2', '-p', '4', '--protocol-option', 'size=100'];
  const { code, stderr, trial } = await run(file, await startMemcached(), ...flags);
  expect(code, stderr).toBe(0);
  expect(trial.requests).toMatchObject(NO_FAULTS);
  expect(trial.requests.completed).toBeGreaterThan(0);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(trial.exchange).toEqual({ protocol: 'plug-in', file: 'memcached.ts', sha256, options: { size: '100' } });
});

test.skipIf(whyMissing('dnsmasq'))('run measures a DNS server by the example', async () => {
  const target = await startDnsmasq();
  const { code, stderr, trial } = await run('examples/protocols/dns.ts', target);
  expect(code, stderr).toBe(0);
  expect(trial.requests).toMatchObject(NO_FAULTS);
  expect(trial.requests.completed).toBeGreaterThan(0);
  const missing = await run('examples/protocols/dns.ts', target, '--protocol-option', 'name=missing.test');
  expect(missing.trial.requests.completed).toBe(0);
  expect(missing.trial.requests.errors).toBeGreaterThan(0);
});

const memcached = 'memcached -l 127.0.0.1 -p {port} -U 0 -u nobody';
const clients = ['--protocol', 'examples/protocols/memcached.ts', '--out-dir'];

test.skipIf(whyMissing('memcached')).each([
  ['bench', ['-c', '1', '-n', '20', '-d', '60s']],
  ['scale', ['-c', '1,2', '-d', '100ms']],
])('%s measures a command by the example', async (command, flags) => {
  const brief = ['--exec', memcached, '--warmup', '0s', '-r', '1', '--json', '-', ...flags];
  const { code, stdout, stderr } = await sockbench(command, ...brief, ...clients, scratchDirectory());
  expect(code, stderr).toBe(0);
  for (const { exchange, requests } of JSON.parse(stdout).trials) {
    expect(exchange).toMatchObject({ protocol: 'plug-in', file: 'memcached.ts' });
    expect(requests).toMatchObject(NO_FAULTS);
  }
});

test('a plug-in that throws during a run ends it with 2 and its stack', async () => {
  const server = createServer((socket) => {
    // The run resets its connections.
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const file = join(scratchDirectory(), 'mine.ts');
  const source = readFileSync('docs/plug-ins.md', 'utf8').match(/^```ts\n(.*?)^```$/ms)?.[1] ?? '';
  writeFileSync(file, source.replace('return this.#corrupt(2, received, next);', "throw new TypeError('not PONG');"));
  const target = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // In a process of its own: its connections are closed when it ends.
  const args = ['run', '--target', target, '--protocol', file, '--out-dir', scratchDirectory(), '-d', '200ms'];
  const { code, stderr } = await new Program(args).end();
  expect(code).toBe(2);
  expect(stderr).toContain('mine.ts: consume threw TypeError: not PONG');
  expect(stderr).toMatch(/^ +at .*consume .*mine\.ts:\d+/m);
});
