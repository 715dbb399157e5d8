import { expect, test } from 'vitest';
import type { Capacity } from '../../bench/model/capacity.ts';
import type { CheckOutcome } from '../../bench/model/check-result.ts';
import type { Result, ThresholdOutcome } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { exitCode } from '../../scripts/session/exit-code.ts';
import { checkResult } from '../reports/checks.ts';
import { failure, result, trial } from '../reports/results.ts';

const valid = trial();
const invalid: Trial = trial({ validity: { verdict: 'invalid', reasons: [] } });
const withoutOpinion: Trial = {
  ...valid,
  secondOpinionFailure: { engine: 'autocannon', message: 'autocannon exited with code 1', stderr: [] },
};
const bound = (kept: boolean): ThresholdOutcome => ({ text: 'errors==0', round: 1, unit: 'count', observed: 0, kept });
const found = (outcome: Capacity['outcome'], limit: Capacity['limit'] = null): Capacity => ({
  ...{
    target: 'async',
    transport: 'tcp',
    connections: 16,
    work: null,
    cacheHit: 0,
    outcome,
    confirmed: null,
    refuted: null,
    limit,
  },
  ...{ steps: [], profile: [], notes: [] },
});

test.each<[string, Partial<Result>, number]>([
  ['a valid result', {}, 0],
  ['one invalid trial of two, without thresholds', { trials: [valid, invalid] }, 0],
  ['invalid trials only', { trials: [invalid, invalid] }, 3],
  ['kept thresholds', { thresholds: [bound(true)] }, 0],
  ['a crossed threshold', { thresholds: [bound(true), bound(false)] }, 1],
  [
    'kept thresholds with one invalid trial of two',
    { trials: [valid, invalid], thresholds: [bound(true), bound(true)] },
    3,
  ],
  ['a crossed threshold with an invalid trial', { trials: [valid, invalid], thresholds: [bound(false)] }, 1],
  ['kept thresholds with a failed trial', { thresholds: [bound(true)], failures: [failure()] }, 4],
  ['a failed second opinion', { trials: [valid, withoutOpinion] }, 3],
  ['a failed second opinion with a crossed threshold', { trials: [withoutOpinion], thresholds: [bound(false)] }, 1],
  ['an interruption', { interrupted: true, thresholds: [bound(false)] }, 130],
  ['a bracketed capacity', { capacity: [found('bracketed')] }, 0],
  ['a capacity above the generator’s limit', { capacity: [found('at-least', 'generator')] }, 0],
  ['no capacity', { capacity: [found('none'), found('unknown', 'budget')] }, 1],
  ['an unknown capacity', { capacity: [found('bracketed'), found('unknown', 'budget')] }, 3],
  ['objectives that were not measured', { capacity: [found('unknown', 'unmeasured')] }, 3],
  ['objectives that were measured only at first', { capacity: [found('at-least', 'unmeasured')] }, 3],
])('the exit code of %s', (_, variation, code) => expect(exitCode(result(variation))).toBe(code));

test.each<[CheckOutcome, number]>([
  ['pass', 0],
  ['recorded', 0],
  ['regressed', 1],
  ['suspected', 1],
  ['inconclusive', 3],
  ['unsteady', 3],
  ['invalid', 3],
  ['advisory', 3],
])('the exit code of a check with the outcome %s, and when it was interrupted', (outcome, code) => {
  const verdict = { outcome, metrics: [], statement: '' };
  expect(exitCode(checkResult({ verdict }))).toBe(code);
  expect(exitCode(checkResult({ verdict, interrupted: true }))).toBe(130);
});
