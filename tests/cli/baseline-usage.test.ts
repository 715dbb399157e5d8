import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { storedBaselineSchema } from '../../bench/model/stored-baseline.ts';
import { recordRun } from '../../scripts/session/stored-baseline.ts';
import { baselinePlan, stored } from '../bench/check/baselines.ts';
import { checkResult } from '../reports/checks.ts';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';
import { checkAgainst, echo, recordedRuns as runs, saved } from './recorded-plan.ts';

describe('a check against recorded runs is refused with 2', () => {
  test.each<[string, readonly string[], string]>([
    ['of p99', ['--exec', echo, '--gate', 'p99'], "--gate: p99 can't be compared with recorded runs"],
    ['of two programs', ['--exec', echo, '--a', echo], "-a can't be combined with --baseline"],
    ['of a commit', ['--exec', echo, '--baseline-ref', 'HEAD'], "--baseline-ref can't be combined with --baseline"],
    ['without a program', [], "--exec 'CMD {port}' is missing"],
    ['with a confirmation', ['--exec', echo, '--confirm'], "--confirm can't be combined with --baseline"],
    [
      'with a session limit',
      ['--exec', echo, '--max-sessions', '24'],
      "--max-sessions can't be combined with --baseline",
    ],
  ])('%s', async (_, args, fault) => {
    const { code, stderr } = await commandLine('check', '--baseline', 'no-such.json', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(fault) });
  });

  test('with --record and without a file', async () => {
    const { code, stderr } = await commandLine('check', '--a', echo, '--b', echo, '--record');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--record needs --baseline') });
  });
});

describe('recorded runs', () => {
  const good = stored(runs);
  const check = (file: string, ...args: readonly string[]) => commandLine(...checkAgainst(file), ...args);

  test.each<[string, string, number, string]>([
    ['that are damaged', JSON.stringify({ ...good, runs: [{}] }), 2, 'is damaged or was edited'],
    [
      'of a plan that was edited',
      JSON.stringify({ ...good, plan: { ...good.plan, connections: 5 } }),
      2,
      'fingerprint.planHash: is not the hash of the plan in this file',
    ],
    ['in a file that is not JSON', '{', 2, 'is not JSON'],
    ['in a file of another kind', '{"schema":"sockbench/check/1"}', 2, 'contains no recorded runs'],
    ['of another version', '{"schema":"sockbench/baseline/1"}', 5, 'schema: sockbench/baseline/1 when recorded'],
    [
      'of another machine and plan',
      JSON.stringify(stored(runs, baselinePlan({ windowMs: 31 }), { ...checkResult().environment, kernel: '1.0' })),
      5,
      'kernel: 1.0 when recorded',
    ],
  ])('%s end the check before it measures', async (_, content, code, message) => {
    const file = saved(content);
    for (const args of [[], ['--record']]) {
      const outcome = await check(file, ...args);
      expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    }
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('that do not exist are refused with a hint to record one', async () => {
    const { code, stderr } = await check(join(scratchDirectory(), 'none.json'));
    expect(code).toBe(2);
    expect(stderr).toContain('there is no such file; record a first run with --record');
  });

  test('that could not be written are refused before the check measures', async () => {
    const { code, stderr } = await check('/dev/null/runs.json', '--record');
    expect(code).toBe(2);
    expect(stderr).toContain("--baseline: can't be written");
  });

  test('are extended by a completed run', async () => {
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
