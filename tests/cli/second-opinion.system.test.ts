import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readResult } from '../../reports/files/reader.ts';
import { httpServer } from '../bench/http-server.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile, short } from './saved-file.ts';

test('run --engine autocannon measures a server with both, saves both, and prints them again', async () => {
  // A slow server: how many requests it answers does not matter.
  const url = await httpServer((_, response) => void setTimeout(() => response.end('page'), 5));
  const directory = scratchDirectory();
  const { code, stdout, stderr } = await sockbench(
    ...['run', '--target', `${url}/path`, '--engine', 'autocannon', '-c', '4', '-d', '1s', '--warmup', '100ms'],
    ...['-r', '2', '--timeout', '60s', '--out-dir', directory],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(
    /^Second opinion, medians of 2 rounds\n.*\n.*\nsockbench +.*\nautocannon [\d.]+ +.*\nratio +/m,
  );
  const { plan, trials, warnings } = readResult(savedFile(stderr));
  expect(plan).toMatchObject({ secondEngine: 'autocannon', threads: 1, timestamps: 'user' });
  expect(warnings.map((warning) => warning.code)).toContain('second-opinion');
  expect(trials).toHaveLength(2);
  for (const { requests, secondOpinion } of trials) {
    expect(requests.completed).toBeGreaterThan(0);
    expect(secondOpinion).toMatchObject({ engine: 'autocannon', requests: { errors: 0, timedOut: 0 } });
    expect(secondOpinion?.statuses).toEqual({ 200: secondOpinion?.requests.completed });
    expect(secondOpinion?.requests.completed).toBeGreaterThan(0);
  }
  expect(await sockbench('report', join(directory, 'latest'))).toMatchObject({ code: 0, stdout });
});

test('run --engine autocannon measures a built-in model', async () => {
  const { code, stderr } = await sockbench(
    ...['run', '--model', 'event-driven', '--app', 'http', '--engine', 'autocannon', '-c', '2', '-d', '1s'],
    ...['--work', 'io:5ms', '--warmup', '0s', '--timeout', '60s', '--out-dir', scratchDirectory()],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [trial] = readResult(savedFile(stderr)).trials;
  expect(trial).toMatchObject({ model: 'event-driven', secondOpinion: { requests: { errors: 0, timedOut: 0 } } });
});

test('run --engine autocannon reports why autocannon failed, and ends with 3', async () => {
  const url = await httpServer((_, response) => response.end('page'));
  const noAutocannon = fileURLToPath(new URL('./no-autocannon.cjs', import.meta.url));
  const program = new Program(
    [
      ...['run', '--target', url, '--engine', 'autocannon', '-c', '1', ...short, '-r', '2'],
      ...['--out-dir', scratchDirectory()],
    ],
    { env: { NODE_OPTIONS: `--require ${noAutocannon}` } },
  );
  const { code, stdout, stderr } = await program.end();
  expect({ code, stderr }).toMatchObject({ code: 3 });
  expect(stdout).toMatch(/^Failed:\n {2}second opinion about .*: autocannon exited with code\s+1$/m);
  expect(stdout).toContain('| Error: autocannon is missing');
  expect(stdout).not.toMatch(/^Second opinion/m);
  const failure = { message: 'autocannon exited with code 1' };
  const { trials } = readResult(savedFile(stderr));
  expect(trials).toMatchObject([{ secondOpinionFailure: failure }, { secondOpinionFailure: failure }]);
  for (const { requests } of trials) expect(requests.completed).toBeGreaterThan(0);
});
