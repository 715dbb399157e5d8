import { expect, test } from 'vitest';
import type { Capacity } from '../../bench/model/capacity.ts';
import type { Result, ThresholdOutcome } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { exitCode } from '../../scripts/session/measure.ts';
import { failure, result, trial } from '../reports/results.ts';

const valid = trial();
const invalid: Trial = trial({ validity: { verdict: 'invalid', reasons: [] } });
const bound = (kept: boolean): ThresholdOutcome => ({ text: 'errors==0', round: 1, unit: 'count', observed: 0, kept });
const found = (outcome: Capacity['outcome'], limit: Capacity['limit'] = null): Capacity => ({
  ...{ target: 'async', transport: 'tcp', connections: 16, outcome, confirmed: null, refuted: null, limit },
  ...{ steps: [], profile: [], notes: [] },
});

test.each<[string, Partial<Result>, number]>([
  ['what was measured', {}, 0],
  ['one invalid trial of two, when no bound was set', { trials: [valid, invalid] }, 0],
  ['invalid trials only', { trials: [invalid, invalid] }, 3],
  ['bounds that were kept', { thresholds: [bound(true)] }, 0],
  ['a bound that was not', { thresholds: [bound(true), bound(false)] }, 1],
  ['bounds kept, in one invalid trial of two', { trials: [valid, invalid], thresholds: [bound(true), bound(true)] }, 3],
  ['a bound that was not kept, beside an invalid trial', { trials: [valid, invalid], thresholds: [bound(false)] }, 1],
  ['bounds kept, and a trial that failed', { thresholds: [bound(true)], failures: [failure()] }, 4],
  ['an interruption', { interrupted: true, thresholds: [bound(false)] }, 130],
  ['a capacity', { capacity: [found('bracketed')] }, 0],
  ['a capacity above what could be offered', { capacity: [found('at-least', 'generator')] }, 0],
  ['no capacity', { capacity: [found('none'), found('unknown', 'budget')] }, 1],
  ['a capacity that is not known', { capacity: [found('bracketed'), found('unknown', 'budget')] }, 3],
  ['objectives that were not measured', { capacity: [found('unknown', 'unmeasured')] }, 3],
  ['objectives that were not measured any more', { capacity: [found('at-least', 'unmeasured')] }, 3],
])('the exit code of %s', (_, variation, code) => expect(exitCode(result(variation))).toBe(code));
