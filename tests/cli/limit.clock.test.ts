import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyNoPeer } from '../../bench/lab/limit/peers.ts';
import type { RowVerdict } from '../../bench/lab/limit/verdict.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { whyMissing } from '../requirements.ts';
import { isRunning, processTree } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';
import { Program, scratchDirectory } from './program.ts';

const whereCompiled = test.skipIf(whyMissing('cc'));

function limit(...args: readonly string[]): Program {
  return new Program(args, { script: 'lab/limit' });
}

/** Measures rows briefly. @returns how the program ended, and what it saved. */
async function measureBriefly(rows: readonly string[], ...flags: readonly string[]) {
  const file = join(scratchDirectory(), 'limits.json');
  const brief = ['--pairs', '1', '--seconds', '0.1'];
  const ended = await limit('--rows', rows.join(','), ...brief, '--json', file, ...flags).end();
  const saved = JSON.parse(readFileSync(file, 'utf8'));
  return { ...ended, saved, verdicts: saved.verdicts as RowVerdict[] };
}

/** Returns a function that measures when it is first called: several tests use one run of the program. */
function shared<Result>(measure: () => Promise<Result>): () => Promise<Result> {
  let measured: Promise<Result> | undefined;
  return () => {
    measured ??= measure();
    return measured;
  };
}

const overTcp = shared(() => measureBriefly(['tcp500', 'tcp50'], '--seed', '7'));

const others = shared(async () => {
  const ours = ['download', 'lag', 'servers', 'http', 'udp-sockets', 'per-request', 'websocket', 'half-rate'];
  const { code, stderr, verdicts } = await measureBriefly([...ours, 'http-nginx', 'https-nginx', 'redis'], '--strict');
  // Whether bounds are met depends on the machine. The exit code must agree with the outcome.
  const isMissed = verdicts.some(({ figures }) => figures.some(({ outcome }) => outcome === 'missed'));
  expect({ code, stderr }).toMatchObject({ code: isMissed ? 1 : 0 });
  return verdicts;
});

/** Returns the results of some of the other rows, in the order of the table. */
async function rowsOf(...names: readonly string[]): Promise<RowVerdict[]> {
  return (await others()).filter(({ name }) => names.includes(name));
}

whereCompiled('limit measures rows in the order of the table, prints and saves them', async () => {
  const { code, stdout, stderr, saved, verdicts } = await overTcp();
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^tcp50, 1 of 1: .*\ntcp500, 1 of 1: /),
  });
  expect(stdout).toMatch(/tcp50: TCP echo of 64 B, 50 connections, user timestamps, 1 round\n.*tcp500: /s);
  expect(saved).toMatchObject({ rounds: 1, seconds: 0.1, seed: 7 });
  expect(verdicts.map(({ name, rounds }) => [name, rounds])).toEqual([
    ['tcp50', 1],
    ['tcp500', 1],
  ]);
  for (const { median, least, most, outcome } of verdicts.flatMap(({ figures }) => figures)) {
    expect([least, most]).toEqual([median, median]);
    expect(outcome).toMatch(/^(met|missed|shown)$/);
  }
});

whereCompiled('limit measures one-way loads and loads at a rate, with the installed tools', async () => {
  const [download, lag, ...more] = await rowsOf('download', 'lag');
  expect(more).toEqual([]);
  const noIperf3 = whyNoPeer('iperf3');
  expect(download?.notes).toEqual([noIperf3 ?? expect.stringMatching(/^with iperf3 /)]);
  const unmeasured = download?.figures.filter(({ outcome }) => outcome === 'unmeasured').map(({ name }) => name);
  expect(unmeasured).toEqual(noIperf3 === undefined ? [] : ['iperf3Ratio', 'iperf3Rate']);
  expect(lag?.figures.map(({ name }) => name)).toEqual(['p50', 'p99', 'cpuShare', 'rateRatio']);
});

whereCompiled('limit compares models with the server in C, over TCP and UDP', async () => {
  const [servers] = await rowsOf('servers');
  const [here, absent] = [true, false].map((wanted) =>
    (['epoll', 'io-uring'] as const).filter((model) => (whyUnavailable(model) === undefined) === wanted),
  ) as [ModelName[], ModelName[]];
  expect(servers).toMatchObject({ name: 'servers', rounds: 1 });
  expect(servers?.notes).toEqual(absent.map((model) => expect.stringContaining(`${model} was not measured`)));
  // Only which figures are measured is checked: in so short a time, their values depend on the machine.
  const measured = servers?.figures.filter(({ atLeast, outcome }) => atLeast !== undefined && outcome !== 'unmeasured');
  expect(measured?.map(({ name }) => name)).toEqual(
    ['tcp', 'udp'].flatMap((transport) => here.map((model) => `${transport}-${model}RateRatio`)),
  );
});

/** Expects that every figure was measured. */
function expectMeasured(verdicts: readonly RowVerdict[]): void {
  // In so short a time, on a busy machine, a value may be 0: only that it was measured is checked.
  for (const { name: row, figures } of verdicts) {
    for (const { name, outcome } of figures) expect(outcome, `${row} ${name}`).toMatch(/^(met|missed|shown)$/);
  }
}

whereCompiled('limit compares HTTP with autocannon on a plain server', async () => {
  const verdicts = await rowsOf('http');
  expect(verdicts).toMatchObject([{ name: 'http', rounds: 1, notes: [] }]);
  expectMeasured(verdicts);
});

whereCompiled('limit compares datagrams, short connections, WebSocket and a rate with their references', async () => {
  const verdicts = await rowsOf('udp-sockets', 'per-request', 'websocket', 'half-rate');
  expect(verdicts.map(({ name, rounds }) => [name, rounds])).toEqual([
    ['per-request', 1],
    ['udp-sockets', 1],
    ['websocket', 1],
    ['half-rate', 1],
  ]);
  expectMeasured(verdicts);
});

test.skipIf(whyMissing('cc') ?? whyMissing('liburing') ?? whyMissing('uring'))(
  'limit compares TCP echo with C by epoll and by io_uring',
  async () => {
    const [tcp50] = (await overTcp()).verdicts;
    expect(tcp50?.notes).toEqual([]);
    expectMeasured(tcp50 === undefined ? [] : [tcp50]);
  },
);

test.skipIf(whyMissing('cc') ?? whyMissing('nginx') ?? whyMissing('wrk') ?? whyMissing('openssl'))(
  'limit compares HTTP and HTTPS with wrk, against nginx',
  async () => {
    const verdicts = await rowsOf('http-nginx', 'https-nginx');
    expect(verdicts.map(({ name, rounds }) => [name, rounds])).toEqual([
      ['http-nginx', 1],
      ['https-nginx', 1],
    ]);
    expectMeasured(verdicts);
  },
);

test.skipIf(whyMissing('cc') ?? whyMissing('redis'))('limit compares Redis with redis-benchmark', async () => {
  const [redis] = await rowsOf('redis');
  expect(redis).toMatchObject({ name: 'redis', rounds: 1 });
  const unmeasured = redis?.figures.filter(({ outcome }) => outcome === 'unmeasured').map(({ name }) => name);
  const memtier = ['SET', 'GET'].flatMap((command) => [`${command}-memtierRatio`, `${command}-memtierRate`]);
  expect(unmeasured).toEqual(whyNoPeer('memtier_benchmark') === undefined ? [] : memtier);
});

/** Starts a long measurement. @returns the program and its children, the echo server among them. */
async function startLong() {
  const args = ['--rows', 'tcp50,tcp500', '--pairs', '1000', '--seconds', '0.1'];
  // A killed program cannot delete the programs that it compiled; the test deletes them with TMPDIR.
  const program = new Program(args, { script: 'lab/limit', env: { TMPDIR: scratchDirectory() } });
  await program.waitForOutput(/tcp50, 1 of 1000/);
  const children = processTree(program.process.pid ?? 0).slice(1);
  expect(children.length).toBeGreaterThan(0);
  return { program, children };
}

whereCompiled(
  'limit ends on Ctrl-C after the current round with its results, and leaves no server running',
  async () => {
    const { program, children } = await startLong();
    program.process.kill('SIGINT');
    const { code, stdout } = await program.end();
    expect(code).toBe(130);
    expect(stdout).toContain('tcp50: TCP echo');
    expect(stdout).not.toContain('tcp500: TCP echo');
    expect(children.filter(isRunning)).toEqual([]);
  },
);

whereCompiled('limit leaves no server running when it is killed', async () => {
  const { program, children } = await startLong();
  program.process.kill('SIGKILL');
  await program.end();
  await until('its children to end', () => children.every((child) => !isRunning(child)));
});
