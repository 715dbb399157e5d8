import { expect, test } from 'vitest';
import { parseReports } from '../../scripts/flags/output.ts';

test('each report has a format and a file', () => {
  expect(parseReports('json=a=b.json,terminal=-')).toEqual([
    { format: 'json', file: 'a=b.json', flag: '--out json' },
    { format: 'terminal', file: '-', flag: '--out terminal' },
  ]);
});

test.each([
  ['json', "'json' is not FORMAT=FILE"],
  ['json=', 'is not FORMAT=FILE'],
  ['=a.json', "unknown format ''"],
  ['jsn=a.json', "did you mean 'json'?"],
])('%j is refused', (text, reason) => {
  expect(() => parseReports(text)).toThrow(reason);
});
