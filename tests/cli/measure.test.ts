import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import { readResult } from '../../reports/reader.ts';
import { isRunning, type ProcessId, processTree } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

const ESCAPE = '\u001b';
/** A trial that is over as soon as it can be. */
const short = ['--warmup', '50ms', '--duration', '100ms'];

/** Where a run saved its results, as it said last. */
function savedFile(stderr: string): string {
  return /^results saved in (.+)$/m.exec(stderr)?.[1] ?? '';
}

test('run measures one model, prints a table, and saves what it printed', async () => {
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

test('run prints JSON and nothing else when that goes to stdout', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '--transport', 'udp', '-c', '2', ...short, '--out-dir', scratchDirectory()],
    ...['--json', '-', '-q'],
  );
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Result).trials).toMatchObject([{ model: 'async', transport: 'udp', connections: 2 }]);
  expect(stderr).not.toContain('[1/1]');
});

test('run of a chat says how far lines reach', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '--app', 'chat', '-c', '3', ...short, '--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('TCP: chat, broadcast, 64 B');
  expect(stdout).toContain('Deliveries');
  const { trials } = readResult(savedFile(stderr));
  expect(trials).toMatchObject([{ app: 'chat', workload: 'broadcast', broadcast: { reach: 1 } }]);
});

test('run with a way to balance uses it, records it, and says so', async () => {
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

test('run with a load of many parts does all of them, records them, and tells them in detail', async () => {
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

test('run measures a server that runs already, by its host name', async () => {
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

test('a target that refuses ends with 4, its reason printed and saved', async () => {
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

test('bench compares models over both transports and says no more than its rounds allow', async () => {
  const directory = scratchDirectory();
  const text = join(directory, 'reports', 'bench.txt');
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'event-driven,async', '-c', '1,4', '-r', '1', ...short],
    ...['--out-dir', directory, '--out', `terminal=${text}`],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^TCP: echo/m);
  expect(stdout).toMatch(/^UDP: echo/m);
  expect(stdout).toContain('--rounds 12');
  expect(stdout).not.toContain(ESCAPE);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(stderr.match(/^\[\d+\/8\] /gm)).toHaveLength(8);
  expect(readFileSync(text, 'utf8')).toBe(stdout);
  const { trials } = readResult(savedFile(stderr));
  expect(
    new Set(trials.map(({ target, transport, connections }) => `${target} ${transport} ${connections}`)).size,
  ).toBe(8);
});

test('bench with rounds until all is decided ends when its budget is over, and says what is open', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'event-driven,async', '-c', '1', '--transports', 'tcp', '-r', 'auto', '--budget', '1ms'],
    ...[...short, '--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.replace(/\s+/g, ' ')).toContain('was over after one round, 11 fewer than a ranking needs');
  const { plan, trials } = readResult(savedFile(stderr));
  expect(plan).toMatchObject({ rounds: 1, trials: 2, budgetSeconds: 0.001 });
  expect(trials).toHaveLength(2);
});

test('bench ranks the models, once there are enough rounds', { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'event-driven,nonblocking', '-c', '1', '--transports', 'tcp', '-r', '12'],
    ...[...short, '--out-dir', scratchDirectory(), '-q'],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^model +rank +req\/s/m);
  const { tcp } = readResult(savedFile(stderr)).comparison;
  expect(tcp).toMatchObject({ rounds: 12, roundsNeeded: 12 });
  expect(tcp?.rankings).toMatchObject([{ connections: 1, ranges: [{}, {}], pairs: [{}] }]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a bench, which prints and saves what it has, and ends with 130',
  async (signal) => {
    const directory = scratchDirectory();
    const program = new Program([
      ...['bench', '--models', 'event-driven,nonblocking', '-c', '1', '-r', '100', ...short, '--out-dir', directory],
    ]);
    await program.says(/^\[2\/400\]/m);
    program.process.kill(signal);
    const { code, stdout, stderr } = await program.end();
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stdout).toMatch(/^Interrupted after \d+ of 400 trials/m);
    const saved = readResult(savedFile(stderr));
    expect(saved.interrupted).toBe(true);
    expect(saved.trials.length).toBeGreaterThanOrEqual(2);
    expect(saved.trials.length).toBeLessThan(400);
  },
);

test('bench with a command alone measures it over what it speaks, and asks no work of it', async () => {
  const { stdout, code } = await sockbench(
    ...['bench', '--exec', 'exec node tests/bench/foreign-server.mjs {port} echo', '-r', '1', '-d', '50ms'],
    ...['--warmup', '0s', '--out-dir', scratchDirectory(), '--json', '-', '-q'],
  );
  expect(code).toBe(0);
  const { plan, trials } = resultSchema.parse(JSON.parse(stdout));
  expect(plan).toMatchObject({ models: ['node foreign-server.mjs echo'], transports: ['tcp'] });
  expect(
    trials.map(({ work, connections }) => ({ work, connections })).sort((a, b) => a.connections - b.connections),
  ).toEqual(plan.connections.map((connections) => ({ work: null, connections })));
});

test('bench compares commands and examples with a model, side by side, and leaves nothing of what it built', async () => {
  const TMPDIR = scratchDirectory();
  const { stdout, stderr, code } = await new Program(
    [
      ...[
        'bench',
        '--models',
        'async',
        '--with-examples',
        '--exec',
        'exec node tests/bench/foreign-server.mjs {port} echo',
      ],
      ...['--name', 'mine', '-c', '1', '-d', '50ms', '--warmup', '0s', '-r', '1', '--out-dir', scratchDirectory()],
      ...['--json', '-', '-q'],
    ],
    { env: { TMPDIR } },
  ).end();
  expect(code, stderr).toBe(0);
  expect(readdirSync(TMPDIR)).toEqual([]);
  const { plan, trials } = resultSchema.parse(JSON.parse(stdout));
  expect(plan.transports).toEqual(['tcp', 'udp']);
  expect(plan.models.slice(0, 2)).toEqual(['async', 'mine']);
  const leftOut = [...stderr.matchAll(/^left out: (\S+): .* is not installed$/gm)].map(([, name]) => name);
  const examples = JSON.parse(readFileSync('examples/servers/catalog.json', 'utf8')) as { name: string }[];
  expect([...plan.models.slice(2), ...leftOut].sort()).toEqual(examples.map(({ name }) => name).sort());
  const overTcpAlone = (plan.commands ?? [])
    .filter(({ command }) => !command.includes('{transport}'))
    .map(({ name }) => name);
  expect(overTcpAlone).toContain('mine');
  const measured = (transport: string) =>
    trials.filter((trial) => trial.transport === transport).map(({ target }) => target);
  expect(measured('tcp').sort()).toEqual([...plan.models].sort());
  expect(measured('udp').sort()).toEqual(plan.models.filter((name) => !overTcpAlone.includes(name)).sort());
  for (const { requests } of trials) expect(requests).toMatchObject({ errors: 0, corrupted: 0 });
});

test('a second Ctrl-C ends at once, and no server outlives it', async () => {
  const program = new Program([
    ...['run', '--model', 'event-driven', '-c', '1', '-d', '1h', '--out-dir', scratchDirectory()],
  ]);
  const [server] = await listeningChildren(program.process.pid ?? 0);
  // A server that does not stop when it is told to: waiting for it is what the second Ctrl-C cuts short.
  process.kill(server?.pid ?? 0, 'SIGSTOP');
  program.process.kill('SIGINT');
  await program.says(/stopping; once more/);
  program.process.kill('SIGINT');
  expect(await program.end()).toMatchObject({ code: 130, stdout: '' });
  await until('the server to be gone', () => server !== undefined && !isRunning(server));
});

test('results that can’t be saved are told before anything is measured', async () => {
  const { code, stdout, stderr } = await sockbench('run', '--model', 'async', '--out-dir', 'package.json/results');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain("--out-dir: can't be written");
});

test('when saving fails halfway, what was measured is printed all the same', async () => {
  const directory = scratchDirectory();
  const program = new Program(['run', '--model', 'async', '-c', '1', '-d', '1s', '--out-dir', directory]);
  const [, run = ''] = await program.says(/results go to (.+)\n/);
  rmSync(run, { recursive: true });
  const { code, stdout, stderr } = await program.end();
  expect(code).toBe(2);
  expect(stdout).toMatch(/^async +≥?\d/m);
  expect(stderr).toContain("--out-dir: can't be written: ENOENT");
});

test('each run keeps a directory of its own, with nothing but results in it', async () => {
  const directory = scratchDirectory();
  const run = () => sockbench('run', '--model', 'async', '-c', '1', ...short, '-q', '--out-dir', directory);
  const files = (await Promise.all([run(), run()])).map(({ stderr }) => savedFile(stderr));
  expect(new Set(files).size).toBe(2);
  for (const file of files) expect(readdirSync(join(file, '..'))).toEqual(['results.json']);
});

/** The child processes that listen on a TCP port, once there is one. */
async function listeningChildren(parent: number): Promise<ProcessId[]> {
  let children: ProcessId[] = [];
  await until('a server to listen', () => {
    children = processTree(parent).filter((each) => each.pid !== parent && isListening(each.pid));
    return children.length > 0;
  });
  return children;
}

/** Holds the process a socket that /proc/net/tcp shows in state 0A, LISTEN? */
function isListening(pid: number): boolean {
  const listeners = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  return openFiles(pid).some((link) => listeners.includes(link));
}

/** What the process's descriptors stand for: `socket:[12345]`. None when it ends meanwhile. */
function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

test('bench without a load of its own measures messages alone, a busy CPU and waiting, each in a table', async () => {
  const { code, stdout } = await sockbench(
    ...['bench', '--models', 'async', '-r', '1', ...short, '--out-dir', scratchDirectory(), '-q'],
  );
  expect(code).toBe(0);
  expect(stdout.match(/^(TCP|UDP): echo.*$/gm)).toEqual([
    expect.stringMatching(/^TCP: echo, .*64 B$/),
    expect.stringMatching(/^UDP: echo, .*64 B$/),
    expect.stringMatching(/^TCP: .*work cpu:500us$/),
    expect.stringMatching(/^TCP: .*work io:5ms$/),
  ]);
});

test('bench with work has it at every level, and says so in what it saves', async () => {
  const { code, stdout } = await sockbench(
    ...['bench', '--models', 'async', '-r', '1', ...short, '--out-dir', scratchDirectory(), '-q', '--json', '-'],
    ...['--transports', 'tcp', '-c', '1,2', '--work', 'io:1ms', '--cache-hit', '0.5'],
  );
  expect(code).toBe(0);
  const { plan, trials } = JSON.parse(stdout) as Result;
  expect(plan).toMatchObject({ work: 'io:1ms', cacheHit: 0.5, connections: [1, 2] });
  expect(trials.map(({ work, cacheHit }) => [work, cacheHit])).toEqual([
    ['io:1ms', 0.5],
    ['io:1ms', 0.5],
  ]);
});

test('run ends with 1 when a threshold is not kept, and says which', async () => {
  const bounds = ['--threshold', 'errors==0', '--threshold', 'p50<1us,rate>1'];
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--model', 'async', '-c', '2', ...short, ...bounds, '--out-dir', scratchDirectory()],
  );
  expect(code).toBe(1);
  expect(stdout).toMatch(/errors==0 +1 +0 +kept\n/);
  expect(stdout).toMatch(/p50<1us +1 +[\d.,]+ [mµ]?s +CROSSED\n/);
  expect(readResult(savedFile(stderr)).thresholds?.map(({ kept }) => kept)).toEqual([true, false, true]);
});
