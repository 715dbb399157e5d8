import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../bench/model/result.ts';
import { readResult } from '../../reports/files/reader.ts';
import { isRunning } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';
import { listeningChildren } from './listening-children.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile, short } from './saved-file.ts';

const ESCAPE = '\u001b';

test('run measures one model, prints a table, and saves the same result', async () => {
  const directory = scratchDirectory();
  const json = join(directory, 'run.json');
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'event-driven', '-c', '4', ...short, '--seed', '7', '--out-dir', directory, '--json', json],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^event-driven +≥?\d/m);
  expect(stdout + stderr).not.toContain(ESCAPE);
  expect(stderr).toContain('seed 7');
  expect(stderr).toMatch(/^\[1\/1\] event-driven, tcp, 4 connections, round 1: /m);
  const saved = readResult(savedFile(stderr));
  expect(readResult(json)).toEqual(saved);
  expect(saved.plan).toMatchObject({ command: 'run', seed: 7, models: ['event-driven'], connections: [4] });
  expect(saved.trials).toHaveLength(1);
  expect(saved.trials[0]?.requests.completed).toBeGreaterThan(0);
  expect(saved).toMatchObject({ interrupted: false, failures: [] });
  const again = await sockbench('report', join(directory, 'latest'));
  expect(again).toMatchObject({ code: 0, stdout });
});

test('run prints only JSON when JSON goes to stdout', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '--transport', 'udp', '-c', '2', ...short, '--out-dir', scratchDirectory()],
    ...['--json', '-', '-q'],
  );
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Result).trials).toMatchObject([{ model: 'async', transport: 'udp', connections: 2 }]);
  expect(stderr).not.toContain('[1/1]');
});

test('run of a chat reports deliveries and their reach', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '--app', 'chat', '-c', '3', ...short, '--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('TCP: chat, broadcast, 64 B');
  expect(stdout).toContain('Deliveries');
  const { trials } = readResult(savedFile(stderr));
  expect(trials).toMatchObject([{ app: 'chat', workload: 'broadcast', broadcast: { reach: 1 } }]);
});

test('run with a balance policy uses, saves and prints it', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'balanced', '--balance', 'least-connections', '-c', '4', ...short],
    ...['--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('64 B, balanced by least-connections');
  const { plan, trials } = readResult(savedFile(stderr));
  expect(plan).toMatchObject({ balance: 'least-connections', trials: 1 });
  expect(trials).toMatchObject([{ balance: 'least-connections', requests: { errors: 0 } }]);
});

test('run with a combined load applies all its parts, and saves and prints them', async () => {
  const directory = scratchDirectory();
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'event-driven', '-c', '2', '--stage', '150ms:6', '--stage', '100ms:2', '--warmup', '50ms'],
    ...['--connection', 'per-request', '--size', '16-64,128:0.5', '-n', '100000000', '--timestamps', 'user'],
    ...['--out-dir', directory],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { plan, trials } = readResult(savedFile(stderr));
  const stages = [
    { seconds: 0.15, target: 6 },
    { seconds: 0.1, target: 2 },
  ];
  expect(plan).toMatchObject({
    ...{ workload: 'request-response', connection: 'per-request', rate: null, arrivals: null, stages },
    ...{ requests: 100_000_000, durationSeconds: 0.25, timestamps: 'user' },
  });
  expect(trials).toMatchObject([{ connection: 'per-request', stages, timestamps: 'user', sizes: [{}, {}] }]);
  expect(stdout.replace(/\n/g, ' ')).toMatch(
    /TCP: echo, request-response, 50 % 16 B to 64 B \+ 50 % 128 B, a connection for each request, connections → 6 in/,
  );
  expect(stdout).toMatch(/^Latencies\n.*\n.*\nresponse .*\nconnect .*\n\nTimeline\n/m);
});

test('run measures a server that is already running, by host name', async () => {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {})).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const url = `tcp://localhost:${(server.address() as AddressInfo).port}`;
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--target', url, '-c', '3', ...short, '--out-dir', scratchDirectory()],
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${url} `, 'm'));
  expect(readResult(savedFile(stderr)).trials).toMatchObject([{ model: null, target: url, server: null }]);
});

test('run with a target that refuses connections ends with 4, with the reason printed and saved', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--target', `tcp://127.0.0.1:${port}`, '-c', '1', ...short, '--out-dir', scratchDirectory()],
  );
  expect(code).toBe(4);
  expect(stdout).toContain('ECONNREFUSED');
  expect(readResult(savedFile(stderr)).failures).toMatchObject([{ message: expect.stringContaining('ECONNREFUSED') }]);
});

test('a second Ctrl-C ends run at once, and its server ends, too', async () => {
  const program = new Program([
    ...['run', '--model', 'event-driven', '-c', '1', '-R', '100', '-d', '1h', '--out-dir', scratchDirectory()],
  ]);
  const [server] = await listeningChildren(program.process.pid ?? 0);
  // A server that does not react to its stop signal: the second Ctrl-C must cut the wait for it short.
  process.kill(server?.pid ?? 0, 'SIGSTOP');
  program.process.kill('SIGINT');
  await program.waitForOutput(/stopping; interrupt again/);
  program.process.kill('SIGINT');
  expect(await program.end()).toMatchObject({ code: 130, stdout: '' });
  await until('the server to be gone', () => server !== undefined && !isRunning(server));
});

test('run prints its results even when saving fails during the run', async () => {
  const directory = scratchDirectory();
  const load = ['-c', '1', '-d', '1s', '--warmup', '0s', '--work', 'io:5ms'];
  const program = new Program(['run', '--model', 'async', ...load, '--out-dir', directory]);
  const [, run = ''] = await program.waitForOutput(/results go to (.+)\n/);
  rmSync(run, { recursive: true });
  const { code, stdout, stderr } = await program.end();
  expect(code).toBe(2);
  expect(stdout).toMatch(/^async +≥?\d/m);
  expect(stderr).toContain("--out-dir: can't be written: ENOENT");
});

test('each run has its own directory that contains only results', async () => {
  const directory = scratchDirectory();
  const run = () => sockbench('run', '--model', 'async', '-c', '1', ...short, '-q', '--out-dir', directory);
  const files = (await Promise.all([run(), run()])).map(({ stderr }) => savedFile(stderr));
  expect(new Set(files).size).toBe(2);
  for (const file of files) expect(readdirSync(join(file, '..'))).toEqual(['results.json']);
});

/** Flags of a trial that ends after a few requests, however long a busy machine takes for them. */
const patient = ['--warmup', '0s', '-n', '20', '-d', '60s', '--timeout', '60s', '--open-timeout', '60s'];

test('run ends with 1 when a threshold is crossed, and names it', async () => {
  const bounds = ['--threshold', 'errors==0', '--threshold', 'p50<1us,rate>1'];
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '-c', '2', ...patient, ...bounds, '--out-dir', scratchDirectory()],
  );
  expect(code, stderr).toBe(1);
  expect(stdout).toMatch(/errors==0 +1 +0 +kept\n/);
  expect(stdout).toMatch(/p50<1us +1 +[\d.,]+ [mµ]?s +CROSSED\n/);
  expect(readResult(savedFile(stderr)).thresholds?.map(({ kept }) => kept)).toEqual([true, false, true]);
});
