import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { whyMissing } from '../requirements.ts';
import { brief, coarse, echo } from './brief-check.ts';
import { checked, STOLEN } from './disturbed.ts';
import { echoInC } from './echo-in-c.ts';
import { eventsNamed, readEvents } from './event-stream.ts';
import { commandLine } from './in-process.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { savedFile } from './saved-file.ts';

const fast = echoInC();

test('a check with a failing program ends with 4', async () => {
  const broken = "echo 'no luck' >&2; exit 3 # {port}";
  const { code, stderr } = await sockbench(
    'check',
    '--a',
    echo,
    '--b',
    broken,
    ...brief,
    '--out-dir',
    scratchDirectory(),
  );
  expect(code).toBe(4);
  expect(stderr).toMatch(/B \(.*\): .*exited with code 3/);
  expect(stderr).toContain('no luck');
});

test.skipIf(whyMissing('cc'))(
  'a check finds a server that uses much more CPU at the first look, and names the metric',
  {
    timeout: 900_000,
  },
  async ({ skip }) => {
    const flags = ['--a', fast(), '--b', fast(100_000), ...brief, '--seed', '7', '--json', '-'];
    const outcome = await sockbench('check', ...flags, '--out-dir', scratchDirectory());
    const { code, result, disturbed } = checked(outcome);
    skip(disturbed, STOLEN);
    expect(result.verdict).toMatchObject({ outcome: 'suspected', metrics: expect.arrayContaining(['cpu']) });
    expect(code).toBe(1);
    const counting = result.sessions.filter(({ excluded }) => excluded === null);
    expect(counting).toHaveLength(10);
    expect(new Set(result.sessions.map(({ places }) => places[0]))).toEqual(new Set(['a', 'b']));
    expect(result.looks).toHaveLength(1);
  },
);

const pilot =
  'a pilot finds the common rate and plans sessions; an interrupted check prints, saves and streams those that it held';
test.skipIf(whyMissing('cc'))(pilot, { timeout: 900_000 }, async () => {
  const directory = scratchDirectory();
  const json = join(directory, 'check.json');
  const stream = join(directory, 'events.jsonl');
  const program = new Program([
    ...['check', '--a', fast(), '--b', fast(), '--gate', coarse('cpu', 'p50', 'p99'), '--window', '20ms', '-c', '4'],
    // A given warm-up keeps the pilot's three starts short. On a busy machine sessions take long, hence the budget.
    ...['--warmup', '200ms', '--budget', '60m'],
    ...['--out-dir', directory, '--out', `json=${json}`, '--stream', stream],
  ]);
  await program.waitForOutput(/^check: session 2,/m);
  program.process.kill('SIGINT');
  const { code, stdout, stderr } = await program.end();
  expect(code, stderr).toBe(130);
  expect(stdout.replace(/\s+/g, ' ')).toContain('Interrupted: these are partial results.');
  const saved = savedFile(stderr);
  expect(readdirSync(join(saved, '..'))).toEqual(['results.json']);
  expect(readFileSync(json, 'utf8')).toBe(readFileSync(saved, 'utf8'));
  const { interrupted, finishedAt, plan, pace, sessions } = checkResultSchema.parse(
    JSON.parse(readFileSync(saved, 'utf8')),
  );
  expect(interrupted).toBe(true);
  expect(finishedAt).not.toBeNull();
  expect(pace?.fullWindows).toBeGreaterThanOrEqual(4);
  expect(pace?.looks?.[0]?.sessions).toBe(10);
  expect(sessions).toHaveLength(1);
  // A metric is dropped, with the reason, when this machine delays the generator too much to measure it.
  const dropped = new Set(plan.dropped?.map(({ metric }) => metric));
  for (const { p50, p99 } of Object.values(sessions[0]?.costs ?? {})) {
    expect(p50 === null).toBe(dropped.has('p50') && dropped.has('p99'));
    if (!dropped.has('p99')) expect(p99).not.toBeNull();
  }
  const events = readEvents(stream);
  expect(eventsNamed(events, 'session').map(({ session }) => session)).toEqual(sessions);
  expect(eventsNamed(events, 'step').map(({ doing }) => doing)).toContain('pilot');
  expect(events.at(-1)).toMatchObject({ event: 'ended', exitCode: 130, interrupted: true });
  expect(await commandLine('report', join(directory, 'latest'))).toEqual({ code: 0, stdout, stderr: '' });
});
