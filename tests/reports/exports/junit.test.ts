import { describe, expect, test } from 'vitest';
import type { CheckOutcome } from '../../../bench/model/check-result.ts';
import type { Result } from '../../../bench/model/result.ts';
import { renderCheckJunit, renderJunit } from '../../../reports/exports/junit.ts';
import { exitCode } from '../../../scripts/session/exit-code.ts';
import { checkResult } from '../checks.ts';
import { failure, result, trial } from '../results.ts';
import { hostileResult, measuredResult, regressed } from './measured.ts';

const invalid = trial({ validity: { verdict: 'invalid', reasons: [{ code: 'x', message: 'the generator stalled' }] } });
const kept = { text: 'errors==0', unit: 'count', round: 1, observed: 0, kept: true } as const;

function troubles(xml: string): number {
  return [...xml.matchAll(/ (?:failures|errors)="(\d+)"/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

test('a run', async () => {
  await expect(renderJunit(measuredResult())).toMatchFileSnapshot('../../golden/exports/bench.junit.xml');
});

test('a check', async () => {
  await expect(renderCheckJunit(regressed)).toMatchFileSnapshot('../../golden/exports/check.junit.xml');
});

describe('something fails or errs exactly when the exit code is not 0', () => {
  const outcomes: readonly CheckOutcome[] = [
    ...(['pass', 'regressed', 'suspected', 'inconclusive', 'unsteady', 'invalid', 'advisory', 'recorded'] as const),
  ];
  test.each(outcomes)('check: %s', (outcome) => {
    const saved = checkResult({ verdict: { outcome, metrics: [], statement: '' } });
    expect(troubles(renderCheckJunit(saved)) > 0).toBe(exitCode(saved) !== 0);
  });

  test('check: interrupted', () => {
    const saved = checkResult({ interrupted: true });
    expect(troubles(renderCheckJunit(saved))).toBe(1);
  });

  test.each<[string, Partial<Result>]>([
    ['valid', {}],
    ['interrupted', { interrupted: true }],
    ['a failure', { failures: [failure()] }],
    ['all invalid', { trials: [invalid] }],
    ['one of two invalid', { trials: [invalid, trial({ round: 2 })] }],
    ['one of two invalid, with thresholds', { trials: [invalid, trial({ round: 2 })], thresholds: [kept, kept] }],
    ['kept', { thresholds: [kept] }],
    ['crossed', { thresholds: [{ ...kept, observed: 1, kept: false }] }],
  ])('run: %s', (_, variation) => {
    const saved = result(variation);
    expect(troubles(renderJunit(saved)) > 0).toBe(exitCode(saved) !== 0);
  });
});

test('each threshold is in the suite of its trial', () => {
  const trials = [trial(), trial({ target: 'epoll' })];
  const crossed = { ...kept, observed: 3, kept: false };
  const [first = '', second = ''] = renderJunit(result({ trials, thresholds: [kept, crossed] })).split('</testsuite>');
  expect(first).toMatch(/failures="0"/);
  expect(second).toMatch(/name="epoll.*failures="1"/);
});

test('hostile names are attributes and text, without characters that XML does not have', () => {
  const xml = renderJunit(hostileResult());
  expect(xml).not.toContain('<script>');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
  expect(xml).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff]|\p{Cs}/u);
  expect(xml).toContain('&lt;script&gt;');
});
