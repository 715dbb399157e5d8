import { describe, expect, test } from 'vitest';
import { afterConfirmation, OUT_OF_TIME, type SeriesEnd, statementOf } from '../../../bench/check/ending.ts';

describe('a second series of sessions', () => {
  const found: SeriesEnd = { outcome: 'regressed', metrics: ['cpu', 'p50'] };

  test.each<[string, SeriesEnd, string, RegExp]>([
    [
      'that finds the same confirms it',
      { outcome: 'regressed', metrics: ['p50', 'p99'] },
      'regressed',
      /in p50, and a/,
    ],
    ['that finds something else does not', { outcome: 'regressed', metrics: ['p99'] }, 'inconclusive', /not confirmed/],
    ['that finds nothing does not', { outcome: 'pass', metrics: [] }, 'inconclusive', /not confirmed/],
    ['that can’t decide does not', { outcome: 'inconclusive', metrics: [], why: 'x' }, 'inconclusive', /not confirmed/],
    ['that has no time refutes nothing', OUT_OF_TIME, 'suspected', /in cpu, p50\. .* could not confirm it: the time/],
    ['that is unsteady refutes nothing', { outcome: 'unsteady', metrics: [] }, 'suspected', /confirm it: unsteady/],
  ])('%s', (_, again, outcome, statement) => {
    const end = afterConfirmation(found, again);
    expect(end.outcome).toBe(outcome);
    expect(statementOf(end)).toMatch(statement);
  });
});
