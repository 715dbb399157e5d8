import { describe, expect, test } from 'vitest';
import { judgePages, pageHash } from '../../../bench/check/pages.ts';
import { run, stored } from './baselines.ts';

const twice = (page: string) => [page, page];

describe('the expected pages', () => {
  test('are what both programs reply when the two agree', () => {
    expect(judgePages({ a: twice('Hi'), b: twice('Hi') }, {})).toEqual({ a: 'Hi', b: 'Hi', warnings: [] });
  });

  test.each<[string, readonly string[], readonly string[], string]>([
    [
      'A’s page is longer',
      twice('Hi there'),
      twice('Hi'),
      "A's page has 8 bytes, and B's 2 bytes; they differ from byte 2 on",
    ],
    ['both have the same length, but differ', twice('ab'), twice('ac'), 'they differ from byte 1 on'],
    [
      'B’s page changes from reply to reply',
      twice('1'),
      ['1', '22'],
      "B's page changes from reply to reply: 1 or 2 bytes",
    ],
  ])('are unknown when %s', (_, a, b, why) => {
    const refused = { differences: [expect.stringContaining(why), expect.stringContaining('--any-page')] };
    expect(() => judgePages({ a, b }, {})).toThrow(expect.objectContaining(refused));
    const { warnings, ...pages } = judgePages({ a, b }, { anyPage: true });
    expect(pages).toEqual({ a: null, b: null });
    expect(warnings).toEqual([expect.objectContaining({ code: 'pages-not-compared' })]);
  });

  test.each<[string, string | undefined, boolean]>([
    ['the same', pageHash('Hi'), true],
    ['a different page', pageHash(''), false],
    ['not recorded', undefined, true],
  ])('are compared with those of recorded runs next to a reference: %s', (_, page, fits) => {
    const baseline = { file: 'x', record: false, stored: stored([{ ...run(0), ...(page && { page }) }]) };
    const judge = () => judgePages({ a: twice('Hello'), b: twice('Hi') }, { baseline });
    if (fits) expect(judge()).toEqual({ a: 'Hello', b: 'Hi', warnings: [] });
    else
      expect(judge).toThrow(
        expect.objectContaining({ differences: expect.arrayContaining([expect.stringContaining('recorded at')]) }),
      );
  });
});
