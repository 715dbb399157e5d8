import { describe, expect, test } from 'vitest';
import { type CheckResult, checkResultSchema } from '../../bench/model/check-result.ts';
import { render } from '../../reports/renderers/formats.ts';
import { baselineMetric, checkResult, checkSessions, finding, look, notEstimable, storedRuns } from './checks.ts';

const page = { color: false, width: 100 };

const regressed = checkResult({
  sessions: checkSessions(16, ['the hypervisor took 7 % of the CPU time', 'the hypervisor took 7 % of the CPU time']),
  looks: [
    look('continue', [finding('throughput', { finding: 'open', withinP: 0.2 }), finding('cpu')]),
    look(
      'regressed',
      [
        finding('throughput', { finding: 'open', withinP: 0.03 }),
        finding('cpu', {
          ...{
            finding: 'regressed',
            change: 0.124,
            interval: { low: 0.098, high: 0.151 },
            worseP: 0.00006,
            withinP: 1,
          },
        }),
      ],
      { sessions: 14, alpha: 0.002 },
    ),
  ],
  verdict: {
    ...{ outcome: 'suspected', metrics: ['cpu'] },
    statement:
      'REGRESSED (suspected): B is worse than A in cpu. To be sure, run it again with --confirm, preferably on another machine.',
  },
  warnings: [{ code: 'shared-cpus', message: 'server and generator shared 1 CPU' }],
});

const notEstimated = checkResult({
  looks: [look('inconclusive', [finding('throughput'), notEstimable('p99')], { sessions: 24, alpha: 0.002 })],
  sessions: checkSessions(24),
  verdict: {
    ...{ outcome: 'inconclusive', metrics: [] },
    statement:
      'INCONCLUSIVE: in p99 it is open whether B is worse: use a calmer machine, or a longer --window, or gate only on what was decided: --gate throughput.',
  },
});

const judged = checkResult({
  looks: [],
  plan: { ...checkResult().plan, a: 'event-driven', b: './server {port}' },
  baseline: storedRuns(),
  verdict: {
    ...{ outcome: 'regressed', metrics: ['cpu'] },
    statement: 'REGRESSED: in cpu the server is worse than in its recorded runs, by more than the tolerated margin.',
  },
});

const firstRun = checkResult({
  looks: [],
  baseline: storedRuns({
    ...{ record: true, runs: 0, firstAt: null, lastAt: null },
    metrics: [
      baselineMetric('cpu', { finding: 'too-few-runs', runs: 0, mean: null, halfWidth: null, runsToPass: null }),
    ],
  }),
  verdict: {
    ...{ outcome: 'recorded', metrics: [] },
    statement: 'RECORDED: this is run 1; record 4 more runs with --record before anything is judged.',
  },
});

describe('the printed report of a regression check', () => {
  test.each<[string, string, CheckResult]>([
    ['that passed', 'check-pass', checkResult()],
    ['that regressed, with excluded sessions', 'check-regressed', regressed],
    ['next to recorded runs', 'check-baseline', judged],
    ['that was recorded', 'check-recorded', firstRun],
    ['that is not estimable in a metric', 'check-not-estimable', notEstimated],
  ])('%s', async (_, name, result) => {
    await expect(await render('terminal', result, page)).toMatchFileSnapshot(`../golden/${name}.txt`);
  });

  test('has no message size for HTTP, where the server chooses it', async () => {
    const check = checkResult();
    const text = await render('terminal', { ...check, plan: { ...check.plan, app: 'http' } }, page);
    expect(text).toContain('http over tcp, 50 connections; full load');
  });

  test('states that no look was reached when it was interrupted early', async () => {
    const text = await render('terminal', checkResult({ interrupted: true, looks: [], pace: null }), page);
    expect(text).toContain('The check ended before its first look.');
    expect(text).toContain('Interrupted: these are partial results.');
  });

  test('contains all data as JSON', async () => {
    for (const result of [regressed, judged]) {
      expect(checkResultSchema.parse(JSON.parse(await render('json', result, page)))).toEqual(result);
    }
  });
});
