import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import { readResult } from '../../reports/files/reader.ts';
import { whyMissing } from '../requirements.ts';
import { echoInC } from './echo-in-c.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile, short } from './saved-file.ts';

const ESCAPE = '\u001b';

const echo = echoInC();

test('bench compares models over both transports and draws no conclusion beyond its rounds', async () => {
  const directory = scratchDirectory();
  const text = join(directory, 'reports', 'bench.txt');
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'event-driven,async', '-c', '4', '-r', '1', ...short],
    ...['--out-dir', directory, '--out', `terminal=${text}`],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^TCP: echo/m);
  expect(stdout).toMatch(/^UDP: echo/m);
  expect(stdout).toContain('--rounds 12');
  expect(stdout).not.toContain(ESCAPE);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(stderr.match(/^\[\d+\/4\] /gm)).toHaveLength(4);
  expect(readFileSync(text, 'utf8')).toBe(stdout);
  const { trials } = readResult(savedFile(stderr));
  expect(new Set(trials.map(({ target, transport }) => `${target} ${transport}`)).size).toBe(4);
});

test('bench with automatic rounds ends when its budget is over, and reports undecided pairs', async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'event-driven,async', '-c', '1', '--transports', 'tcp', '-r', 'auto', '--budget', '1ms'],
    ...[...short, '--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.replace(/\s+/g, ' ')).toContain('ended after one round, 11 fewer than a ranking needs');
  const { plan, trials } = readResult(savedFile(stderr));
  expect(plan).toMatchObject({ rounds: 1, trials: 2, budgetSeconds: 0.001 });
  expect(trials).toHaveLength(2);
});

test.skipIf(whyMissing('cc'))('bench ranks servers when there are enough rounds', { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--exec', echo(), '--name', 'first', '--exec', echo(), '--name', 'second', '-c', '1', '-r', '12'],
    ...['--warmup', '0s', '-n', '20', '-d', '60s', '--out-dir', scratchDirectory(), '-q'],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^model +rank +req\/s/m);
  const { tcp } = readResult(savedFile(stderr)).comparison;
  expect(tcp).toMatchObject({ rounds: 12, roundsNeeded: 12 });
  expect(tcp?.rankings).toMatchObject([{ connections: 1, ranges: [{}, {}], pairs: [{}] }]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a bench, which prints and saves its results and ends with 130',
  async (signal) => {
    const directory = scratchDirectory();
    const program = new Program([
      ...['bench', '--models', 'event-driven,nonblocking', '-c', '1', '-r', '100', ...short, '--out-dir', directory],
    ]);
    await program.waitForOutput(/^\[2\/400\]/m);
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

test('bench measures a single command over its transports, without work', async () => {
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

test('bench compares commands and examples with a model, and removes its builds', async () => {
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
      ...['--name', 'mine', '-c', '1', '-n', '20', '--warmup', '0s', '-r', '1', '--out-dir', scratchDirectory()],
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

test('bench without a load measures messages alone, CPU work, I/O work and HTTP, each in a table', async () => {
  const { code, stdout } = await sockbench(
    ...['bench', '--models', 'async', '-r', '1', ...short, '--out-dir', scratchDirectory(), '-q'],
  );
  expect(code).toBe(0);
  expect(stdout.match(/^(TCP|UDP): \w+, .*$/gm)).toEqual([
    expect.stringMatching(/^TCP: echo, .*64 B$/),
    expect.stringMatching(/^UDP: echo, .*64 B$/),
    expect.stringMatching(/^TCP: .*work cpu:500us$/),
    expect.stringMatching(/^TCP: .*work io:5ms$/),
    'TCP: http, request-response',
  ]);
});

test('bench with work applies it at every level and saves it', async () => {
  const { code, stdout } = await sockbench(
    ...['bench', '--models', 'async', '-r', '1', ...short, '--out-dir', scratchDirectory(), '-q', '--json', '-'],
    ...['--transports', 'tcp', '-c', '1,2', '--work', 'io:1ms', '--cache-hit', '0.5'],
  );
  expect(code).toBe(0);
  const { plan, trials } = JSON.parse(stdout) as Result;
  expect(plan).toMatchObject({ work: 'io:1ms', cacheHit: 0.5, connections: [1, 2] });
  expect(trials.map(({ connections, work, cacheHit }) => [connections, work, cacheHit]).sort()).toEqual([
    [1, 'io:1ms', 0.5],
    [2, 'io:1ms', 0.5],
  ]);
});
