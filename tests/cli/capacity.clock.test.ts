import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import { eventsNamed, readEvents } from './event-stream.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

/** Flags of trials that are as short as possible. */
const short = ['-d', '100ms', '--confirm', '200ms', '--warmup', '20ms', '-q'];

/** Why a search is not judged whose result says that the generator was its limit, which can happen on any machine. */
const BUSY = 'other programs took so much CPU time that the generator could not load the server';

function parsed(stdout: string): Result {
  return resultSchema.parse(JSON.parse(stdout));
}

test('capacity finds a rate that a server keeps, confirms it, and refutes a higher one', async () => {
  const directory = scratchDirectory();
  const stream = join(directory, 'events.jsonl');
  // One connection, and at least 5 ms for each request: capacity is below 200 requests/s. Above it, the queue grows.
  const { code, stdout, stderr } = await sockbench(
    ...['capacity', '--slo', 'p99<400ms', '--models', 'async', '-c', '1', '--work', 'io:5ms', '--start-rate', '150'],
    // A busy machine takes a third of a second from each window.
    ...['-d', '300ms', '--confirm', '1200ms', '--warmup', '0s', '--seed', '5'],
    ...['--out-dir', directory, '-q', '--stream', stream],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^async +\S+ +\d/m);
  expect(stdout).toMatch(/^Search\n/m);
  expect(stdout).toMatch(/^async kept p99<400ms at \d+ requests\/s, but not at \d+ requests\/s\.$/m);
  const again = await sockbench('report', join(directory, 'latest'));
  expect(again).toMatchObject({ code: 0, stdout });
  const {
    plan,
    trials,
    capacity = [],
  } = parsed((await sockbench('report', join(directory, 'latest'), '--format', 'json')).stdout);
  expect(plan).toMatchObject({
    ...{ command: 'capacity', seed: 5, arrivals: 'poisson', rate: 150 },
    capacity: { slos: ['p99<400ms'], mostErrors: 0.001, startRate: 150, confirmSeconds: 1.2 },
  });
  const events = readEvents(stream);
  expect(eventsNamed(events, 'trial-ended').map(({ trial }) => trial)).toEqual(trials);
  expect(eventsNamed(events, 'capacity').at(-1)?.capacity).toEqual(capacity);
  expect(capacity).toMatchObject([{ target: 'async', transport: 'tcp', connections: 1, outcome: 'bracketed' }]);
  const { confirmed = null, refuted = null, steps = [], profile = [] } = capacity[0] ?? {};
  expect((refuted ?? 0) / (confirmed ?? 0)).toBeLessThan(1.06);
  expect(refuted).toBeGreaterThan(confirmed ?? Number.POSITIVE_INFINITY);
  // In so short a window, a rate slightly above the capacity may pass. A far higher one does not.
  expect(refuted).toBeLessThan(1000);
  expect(profile.map(({ share }) => share)).toEqual([0.1, 0.5, 0.9]);
  // Each step is a trial at its rate, and windows have the requested length.
  expect(trials.map(({ rate, arrivals, round }) => ({ rate, arrivals, round }))).toEqual(
    steps.map(({ rate, round }) => ({ rate, arrivals: 'poisson', round })),
  );
  // A stall of the machine makes some windows longer or shorter, but not all.
  const seconds = (confirm: boolean) =>
    trials.flatMap(({ measuredSeconds }, i) => ((steps[i]?.purpose === 'confirm') === confirm ? measuredSeconds : []));
  expect(Math.max(...seconds(true))).toBeGreaterThan(0.6);
  expect(Math.min(...seconds(false))).toBeLessThan(0.5);
});

test('capacity ends with 1 when no rate keeps the objective', async ({ skip }) => {
  const json = join(scratchDirectory(), 'capacity.json');
  const { code, stdout, stderr } = await sockbench(
    ...['capacity', '--slo', 'p50<0.001us', '--models', 'event-driven,async', '-c', '2', ...short],
    ...['--start-rate', '300', '--out-dir', scratchDirectory(), '--json', json],
  );
  const { capacity = [] } = parsed(readFileSync(json, 'utf8'));
  skip(
    capacity.some(({ limit }) => limit === 'generator'),
    BUSY,
  );
  expect({ code, stderr }).toMatchObject({ code: 1 });
  expect(stdout).toMatch(/^async +none +\d+ /m);
  expect(stdout).toMatch(/^event-driven kept p50<0\.001us at no rate that was tried, down to \d+ requests\/s\.$/m);
});

test('capacity ends with 3 when the budget is too short for a confirmation', async ({ skip }) => {
  const { code, stdout, stderr } = await sockbench(
    ...['capacity', '--slo', 'p99<2s', '--models', 'async', '-c', '2', ...short],
    ...['--start-rate', '200', '--budget', '500ms'],
    ...['--out-dir', scratchDirectory(), '--json', '-'],
  );
  expect({ code, stderr }).toMatchObject({ code: 3 });
  const { capacity, trials } = parsed(stdout);
  expect(capacity).toMatchObject([{ outcome: 'unknown', confirmed: null }]);
  skip(capacity?.[0]?.limit === 'generator', BUSY);
  expect(capacity?.[0]?.limit).toBe('budget');
  expect(trials.length).toBeGreaterThan(0);
});

test('capacity ends with 4 when the server does not listen', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const { code, stdout, stderr } = await sockbench(
    ...['capacity', '--slo', 'p99<1s', '--target', `tcp://127.0.0.1:${port}`, '-c', '1', ...short],
    ...['--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 4 });
  expect(stdout).toMatch(/^tcp:\S+ +unknown /m);
  expect(stdout).toContain('ECONNREFUSED');
});

test('capacity prints its partial results when it is interrupted', async () => {
  const program = new Program([
    ...['capacity', '--slo', 'p99<2s', '--models', 'async', '-c', '2', '-d', '300ms', '--confirm', '5s'],
    ...['--out-dir', scratchDirectory()],
  ]);
  await program.waitForOutput(/^\[2\] async/m);
  program.process.kill('SIGINT');
  const { code, stdout } = await program.end();
  expect(code).toBe(130);
  expect(stdout).toMatch(/^async +unknown /m);
  expect(stdout).toMatch(/^Interrupted after \d+ trials: these results are partial\.$/m);
});
