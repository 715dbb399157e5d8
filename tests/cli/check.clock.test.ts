import { expect, test } from 'vitest';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { whyMissing } from '../requirements.ts';
import { brief, coarse, echo } from './brief-check.ts';
import { checked, STOLEN } from './disturbed.ts';
import { echoInC } from './echo-in-c.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

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

test('a pilot finds the common rate and plans sessions, and an interrupted check keeps its sessions', {
  timeout: 900_000,
}, async () => {
  const flags = [
    // A given warm-up keeps the pilot's three starts short. On a busy machine sessions take long, hence the budget.
    '--warmup',
    '200ms',
    '--budget',
    '60m',
    '--gate',
    coarse('cpu', 'p50', 'p99'),
    '--window',
    '20ms',
    '-c',
    '4',
    '--json',
    '-',
    '--out-dir',
    scratchDirectory(),
  ];
  const program = new Program(['check', '--a', echo, '--b', echo, ...flags]);
  await program.waitForOutput(/check: session 2,/);
  program.process.kill('SIGINT');
  const { code, stdout } = await program.end();
  expect(code).toBe(130);
  const { interrupted, plan, pace, sessions } = checkResultSchema.parse(JSON.parse(stdout));
  expect(interrupted).toBe(true);
  expect(pace?.fullWindows).toBeGreaterThanOrEqual(4);
  expect(pace?.looks?.[0]?.sessions).toBe(10);
  expect(sessions).toHaveLength(1);
  // A metric is dropped, with the reason, when this machine delays the generator too much to measure it.
  const dropped = new Set(plan.dropped?.map(({ metric }) => metric));
  for (const { p50, p99 } of Object.values(sessions[0]?.costs ?? {})) {
    expect(p50 === null).toBe(dropped.has('p50') && dropped.has('p99'));
    if (!dropped.has('p99')) expect(p99).not.toBeNull();
  }
});
