import { describe, expect, test } from 'vitest';
import { afterConfirmation, OUT_OF_TIME, type SeriesEnd, statementOf } from '../../../bench/check/ending.ts';

describe('a second series of sessions', () => {
  const found: SeriesEnd = { outcome: 'regressed', metrics: ['cpu', 'p50'] };

  test.each<[string, SeriesEnd, string, RegExp]>([
    [
      'that finds the same regression confirms it',
      { outcome: 'regressed', metrics: ['p50', 'p99'] },
      'regressed',
      /in p50, and a/,
    ],
    [
      'that finds another regression does not confirm it',
      { outcome: 'regressed', metrics: ['p99'] },
      'inconclusive',
      /not confirmed/,
    ],
    ['that finds nothing does not confirm it', { outcome: 'pass', metrics: [] }, 'inconclusive', /not confirmed/],
    [
      'that is inconclusive does not confirm it',
      { outcome: 'inconclusive', metrics: [], why: 'x' },
      'inconclusive',
      /not confirmed/,
    ],
    [
      'that runs out of time does not refute it',
      OUT_OF_TIME,
      'suspected',
      /in cpu, p50\. .* could not confirm it: the time/,
    ],
    ['that is unsteady does not refute it', { outcome: 'unsteady', metrics: [] }, 'suspected', /confirm it: unsteady/],
  ])('%s', (_, again, outcome, statement) => {
    const end = afterConfirmation(found, again);
    expect(end.outcome).toBe(outcome);
    expect(statementOf(end)).toMatch(statement);
  });
});
