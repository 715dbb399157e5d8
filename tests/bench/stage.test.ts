import { describe, expect, test } from 'vitest';
import { parseStages, stagesDurationMs } from '../../bench/model/stage.ts';

describe('stages', () => {
  test.each([
    ['30s:1000', [{ seconds: 30, target: 1000 }]],
    [
      '30s:1000, 1m30s:0.5',
      [
        { seconds: 30, target: 1000 },
        { seconds: 90, target: 0.5 },
      ],
    ],
    ['0s:0', [{ seconds: 0, target: 0 }]],
    ['30:100', [{ seconds: 30, target: 100 }]],
    ['0.5:10k', [{ seconds: 0.5, target: 10_000 }]],
    ['30s:1e3', [{ seconds: 30, target: 1000 }]],
  ])('accept %s', (text, stages) => expect(parseStages(text)).toEqual(stages));

  test.each([
    ['1000:30s', "'1000:30s' has its duration last; did you mean 30s:1000?"],
    ['30s:10,10:5s', 'did you mean 5s:10?'],
    ['30s:1k5', "'30s:1k5' is not a stage: a duration and a target, such as 30s:1000 or 30:10k"],
    ['10k:30s', "'10k:30s' has its duration last; did you mean 30s:10k?"],
    ['30s', 'is not a stage'],
    ['30s:', 'is not a stage'],
    [':1000', 'is not a stage'],
    ['30s:-5', 'is not a stage'],
    ['30s:40s', 'is not a stage'],
    ['30s:1000:5', 'is not a stage'],
    ['1000:30s:5', 'is not a stage'],
    ['30s:10,', "'' is not a stage"],
  ])('refuse %j: %s', (text, reason) => {
    expect(() => parseStages(text)).toThrow(RangeError);
    expect(() => parseStages(text)).toThrow(reason);
  });

  test('last for the sum of their durations', () => {
    expect(stagesDurationMs(parseStages('30s:1,500ms:2,0s:3'))).toBe(30_500);
    expect(stagesDurationMs([])).toBe(0);
  });
});
