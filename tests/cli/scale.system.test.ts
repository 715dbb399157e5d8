import { expect, test } from 'vitest';
import { readResult } from '../../reports/files/reader.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

const quiet = ['--warmup', '0s', '-q'];
const short = [...quiet, '--duration', '50ms'];

test('scale sweeps connections, reports how each model scales, and report prints the same again', async () => {
  const directory = scratchDirectory();
  const { code, stdout, stderr } = await sockbench(
    ...['scale', '--models', 'event-driven,iterative', '-c', '1,2,4', '-r', '2', ...quiet, '--out-dir', directory],
    // The iterative server has to answer one connection, so that others starve; a busy machine may stop it for 50 ms.
    // Work makes the others slow: how fast they are is not tested.
    ...['-d', '400ms', '--work', 'io:2ms'],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^Requests\/s over TCP, work io:2ms$/m);
  expect(stdout).toMatch(/^ +a event-driven, b iterative/m);
  // On a busy machine, p99 may grow at the same level too, and is then listed as another reason.
  expect(stdout).toMatch(/^iterative .* starved connections, errors.*: 2 conn$/m);
  const { plan, scaling } = readResult(/^results saved in (.+)$/m.exec(stderr)?.[1] ?? '');
  expect(plan).toMatchObject({ command: 'scale', connections: [1, 2, 4], rounds: 2, transports: ['tcp'] });
  expect(scaling?.['tcp io:2ms']?.targets).toMatchObject([
    { target: 'event-driven', curve: [{}, {}, {}], law: { fitted: false }, memoryPerConnection: { low: null } },
    { target: 'iterative', curve: [{}, {}, {}], law: { fitted: false }, memoryPerConnection: null },
  ]);
  expect(await sockbench('report', directory.concat('/latest'))).toMatchObject({ code: 0, stdout });
});

test('scale assigns CPUs to servers', async () => {
  const { code, stdout } = await sockbench(
    ...['scale', '--models', 'cluster', '-c', '1,2', '--cpus', '1', '-r', '1', ...short],
    ...['--out-dir', scratchDirectory(), '--json', '-'],
  );
  expect(code).toBe(0);
  const { trials, scaling } = JSON.parse(stdout);
  // One process for each CPU, and the primary process.
  expect(trials).toMatchObject([
    { cpus: 1, server: { processes: 2 } },
    { cpus: 1, server: { processes: 2 } },
  ]);
  expect(Object.keys(scaling)).toEqual(['tcp 1 CPU']);
});

test('an interrupted scale prints its partial results and ends with 130', async () => {
  const program = new Program([
    ...['scale', '--models', 'async', '-c', '1,2', '-r', '100', '--warmup', '0s', '-d', '50ms'],
    ...['--out-dir', scratchDirectory()],
  ]);
  await program.waitForOutput(/^\[2\/200\]/m);
  program.process.kill('SIGINT');
  const { code, stdout } = await program.end();
  expect(code).toBe(130);
  expect(stdout).toMatch(/^Interrupted after \d+ of 200 trials/m);
  expect(stdout).toMatch(/^Scaling over TCP$/m);
});
