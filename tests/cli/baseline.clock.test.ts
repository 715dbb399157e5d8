import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { storedBaselineSchema } from '../../bench/model/stored-baseline.ts';
import { recordRun } from '../../scripts/stored-baseline.ts';
import { getAffinity } from '../../sockets/cpu.ts';
import { baselinePlan, run, stored } from '../bench/check/baselines.ts';
import { checkResult } from '../reports/checks.ts';
import { scratchDirectory, sockbench } from './program.ts';
import { undisturbed } from './undisturbed.ts';

const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';
const cpus = ['--threads', '1', '--server-cpus', '0', '--load-cpus', '0'];
/** The plan of tests/bench/check/baselines.ts. */
const like = [
  '--exec',
  echo,
  '--gate',
  'throughput,cpu',
  '--window',
  '30ms',
  '-c',
  '4',
  '--warmup',
  '100ms',
  '-q',
  ...cpus,
];
const runs = [-3, -3.001, -2.999, -3.0005, -2.9995].map((value) => run(value));

function saved(content: string): string {
  const file = join(scratchDirectory(), 'runs.json');
  writeFileSync(file, content);
  return file;
}

function check(file: string, ...args: readonly string[]) {
  return sockbench('check', '--baseline', file, ...like, '--out-dir', scratchDirectory(), ...args);
}

describe('a check against recorded runs is refused with 2', () => {
  test.each<[string, readonly string[], string]>([
    ['of p99', ['--exec', echo, '--gate', 'p99'], '--gate: p99 is not held against recorded runs'],
    ['of two programs', ['--exec', echo, '--a', echo], '--a does not go with --baseline'],
    ['of a commit, too', ['--exec', echo, '--baseline-ref', 'HEAD'], '--baseline-ref does not go with --baseline'],
    ['of nothing', [], "--exec 'CMD {port}' is missing"],
    ['that would be confirmed', ['--exec', echo, '--confirm'], '--confirm does not go with --baseline'],
    ['of more sessions', ['--exec', echo, '--max-sessions', '24'], '--max-sessions does not go with --baseline'],
  ])('%s', async (_, args, fault) => {
    const { code, stderr } = await sockbench('check', '--baseline', 'no-such.json', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(fault) });
  });

  test('without a file to record into', async () => {
    const { code, stderr } = await sockbench('check', '--a', echo, '--b', echo, '--record');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--record goes with --baseline') });
  });
});

describe('recorded runs', () => {
  const good = stored(runs);

  test.each<[string, string, number, string]>([
    ['that are damaged', JSON.stringify({ ...good, runs: [{}] }), 2, 'is damaged or was edited'],
    [
      'of a plan that was edited',
      JSON.stringify({ ...good, plan: { ...good.plan, connections: 5 } }),
      2,
      'fingerprint.planHash: is not the hash of the plan beside it',
    ],
    ['that are not JSON', '{', 2, 'is not JSON'],
    ['that are something else', '{"schema":"sockbench/check/1"}', 2, 'holds no recorded runs'],
    ['of another version', '{"schema":"sockbench/baseline/1"}', 5, 'schema: sockbench/baseline/1 when recorded'],
    [
      'of another machine and plan',
      JSON.stringify(stored(runs, baselinePlan({ windowMs: 31 }), { ...checkResult().environment, kernel: '1.0' })),
      5,
      'kernel: 1.0 when recorded',
    ],
  ])('%s end it before anything is measured', async (_, content, code, message) => {
    const file = saved(content);
    for (const args of [[], ['--record']]) {
      const outcome = await check(file, ...args);
      expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    }
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('that there are none of yet say how to record one', async () => {
    const { code, stderr } = await check(join(scratchDirectory(), 'none.json'));
    expect(code).toBe(2);
    expect(stderr).toContain('there is no such file; record a first run with --record');
  });

  test('that could not be written are refused before anything is measured', async () => {
    const { code, stderr } = await check('/dev/null/runs.json', '--record');
    expect(code).toBe(2);
    expect(stderr).toContain("--baseline: can't be written");
  });

  test('are left as they are by a run that did not get to its end', async () => {
    const directory = scratchDirectory();
    const { code, stdout } = await check(join(directory, 'runs.json'), '--record', '--budget', '1ms');
    expect(code).toBe(3);
    expect(stdout).toContain('INCONCLUSIVE: the time budget was over');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('get a run at their end', async () => {
    const file = join(scratchDirectory(), 'runs.json');
    const baseline = {
      ...{ file, record: true, reference: { model: 'event-driven', version: 1 }, runs: 5 },
      ...{ firstAt: null, lastAt: null },
      metrics: [
        {
          ...{ metric: 'cpu', runs: 5, mean: 0.1, run: 0.123, halfWidth: 0.01, tolerated: 0.01, detected: 0.05 },
          ...{ finding: 'within' as const, runsToPass: 5 },
        },
      ],
    };
    const verdict = { outcome: 'recorded' as const, metrics: [], statement: 'RECORDED' };
    await recordRun({ file, record: true, stored: good }, checkResult({ baseline }));
    expect(existsSync(file)).toBe(false);
    await recordRun({ file, record: true, stored: good }, checkResult({ baseline, verdict }));
    const read = storedBaselineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(read.runs.slice(0, -1)).toEqual(runs);
    expect(read.runs.at(-1)).toMatchObject({ command: './new {port}', seed: 7, lnRatios: { cpu: 0.123 } });
  });
});

test.skipIf(!getAffinity(0).includes(0))(
  'a server that costs far more than in its recorded runs has regressed',
  { timeout: 300_000 },
  async () => {
    const { code, result } = await undisturbed(() => check(saved(JSON.stringify(stored(runs))), '--json', '-'));
    expect(result.verdict).toMatchObject({ outcome: 'regressed', metrics: ['throughput', 'cpu'] });
    expect(code).toBe(1);
    expect(result.plan.a).toBe('event-driven');
    expect(result.sessions.filter(({ excluded }) => excluded === null)).toHaveLength(10);
  },
);
