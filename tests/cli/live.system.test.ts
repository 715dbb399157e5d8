import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readResult } from '../../reports/files/reader.ts';
import { EventSource, fetched } from './event-source.ts';
import { eventsNamed, parseEvents, readEvents } from './event-stream.ts';
import { commandLine } from './in-process.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile, short } from './saved-file.ts';

test('a run is shown on a page and streamed to a file while it lasts, and ends when the report was fetched', async () => {
  const directory = scratchDirectory();
  const file = join(directory, 'events.jsonl');
  const program = new Program([
    ...['run', '--model', 'async', '-c', '4', '-d', '2500ms', '--warmup', '0s', '--work', 'io:5ms'],
    ...['--live', '--stream', file, '--out-dir', directory],
  ]);
  const [, url = ''] = await program.waitForOutput(/^live page: (\S+)$/m);
  const source = await EventSource.open(url);
  await source.until('report');
  const report = await fetched(`${url}report?client=${source.id}`);
  const { code, stdout, stderr } = await program.end();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^async +≥?\d/m);
  expect(report.status).toBe(200);
  expect(report.body).toContain('async');

  const { trials, ...saved } = readResult(savedFile(stderr));
  const events = readEvents(file);
  expect(events[0]).toMatchObject({ event: 'started', schema: 'sockbench/events/1' });
  const [begun] = eventsNamed(events, 'started');
  // The number of trials is known when the first round begins.
  const { trials: _, ...plan } = saved.plan;
  expect(begun?.result).toMatchObject({ plan, environment: saved.environment, startedAt: saved.startedAt });
  expect(eventsNamed(events, 'trial-ended').map(({ trial }) => trial)).toEqual(trials);
  const samples = eventsNamed(events, 'sample').map(({ sample: { inFlight, ...point } }) => ({ inFlight, point }));
  expect(samples.map(({ point }) => point)).toEqual(trials[0]?.timeline);
  // A closed loop: each connection has a request in flight.
  expect(samples.slice(0, -1).map(({ inFlight }) => inFlight)).toEqual([4, 4]);
  const phases = ['starting', 'opening', 'warming up', 'measuring', 'draining', 'stopping'];
  expect(eventsNamed(events, 'phase').map(({ phase }) => phase)).toEqual(phases);
  expect(events.at(-1)).toMatchObject({ event: 'ended', exitCode: 0, interrupted: false, file: savedFile(stderr) });
  const times = events.map(({ seconds }) => seconds);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // The page has got the same seconds.
  const points = source.messages.flatMap((message) =>
    message.kind === 'point' && message.id === 'rate' ? [message.point.ys] : [],
  );
  expect(points).toEqual(samples.map(({ point }) => [point.requestsPerSecond]));
});

test('--stream - prints the events in place of tables, also those of a target that fails', async () => {
  const directory = scratchDirectory();
  const hostile = `printf '\\033[31mred\\302\\233\\n' >&2; exit 3; : {port}`;
  const { code, stdout, stderr } = await sockbench(
    ...['bench', '--models', 'async', '--exec', hostile, '-c', '2', '--transports', 'tcp', '-r', '1', ...short],
    ...['--stream', '-', '--out-dir', directory],
  );
  expect({ code, stderr }).toMatchObject({ code: 4 });
  const events = parseEvents(stdout);
  const { trials, failures } = readResult(savedFile(stderr));
  expect(eventsNamed(events, 'trial-ended').map(({ trial }) => trial)).toEqual(trials);
  expect(eventsNamed(events, 'trial-failed').map(({ failure }) => failure)).toEqual(failures);
  expect(failures[0]?.stderr.join()).toContain('\u009b');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would interpret them
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(eventsNamed(events, 'trial-started').map(({ number, total }) => [number, total])).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(events.at(-1)).toMatchObject({ event: 'ended', exitCode: 4 });
});

test('a run goes on when the reader of its events exits', async () => {
  const program = new Program([
    ...['run', '--model', 'async', '-c', '1', '-d', '1s', '--warmup', '0s', '--work', 'io:5ms'],
    ...['--stream', '-', '--out-dir', scratchDirectory()],
  ]);
  await program.waitForOutput(/"trial-started"/, 'stdout');
  program.process.stdout?.destroy();
  const { code, stderr } = await program.end();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(readResult(savedFile(stderr)).trials[0]?.timeline).toHaveLength(1);
});

test('where stderr is no terminal, --live tui says so, and progress is as usual', async () => {
  const { code, stderr } = await sockbench(
    ...['run', '--model', 'async', '-c', '1', ...short, '--live', 'tui', '--out-dir', scratchDirectory()],
  );
  expect(code).toBe(0);
  expect(stderr).toContain('--live tui: stderr is no terminal');
  expect(stderr).toContain('[1/1] async');
  expect(stderr).not.toContain('\u001b');
});

test('a port or a file that is not available is refused before anything is measured', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const run = ['run', '--model', 'async', ...short, '--out-dir', scratchDirectory()];
  const taken = await commandLine(...run, '--live', String(port));
  expect(taken).toMatchObject({ code: 2, stdout: '' });
  expect(taken.stderr).toContain('--live: ');
  expect(taken.stderr).toContain('EADDRINUSE');
  const folder = await commandLine(...run, '--stream', scratchDirectory());
  expect(folder.stderr).toMatch(/^sockbench: --stream: can't be written: EISDIR/);
});
