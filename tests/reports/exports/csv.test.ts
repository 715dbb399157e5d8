import { expect, test } from 'vitest';
import { renderCheckCsv, renderCsv } from '../../../reports/exports/csv.ts';
import { result } from '../results.ts';
import { hostileResult, measuredResult, measuredTrial, regressed } from './measured.ts';

test('a row for each trial, with units in the titles, and a row for each failure', async () => {
  await expect(renderCsv(measuredResult())).toMatchFileSnapshot('../../golden/exports/bench.csv');
});

test('a row for each program in each session of a check', async () => {
  await expect(renderCheckCsv(regressed)).toMatchFileSnapshot('../../golden/exports/check.csv');
});

test('text that a spreadsheet would take for a formula is preceded by an apostrophe, and quoted', () => {
  const [, row = ''] = renderCsv(hostileResult()).split('\r\n');
  expect(row.startsWith(`"'=cmd|'/c calc'!A1,""x""\\x0d\\x0a<script>`)).toBe(true);
});

test.each(['+1', '-1', '@SUM(A1)', '  =1'])('%j is one of them', (target) => {
  expect(renderCsv(result({ trials: [measuredTrial({ target })] }))).toContain(`\r\n'${target},`);
});

test('a value that is not known is empty', () => {
  const dropping = measuredTrial({ requests: { dropped: 5000 } });
  const [titles = '', row = ''] = renderCsv(result({ trials: [dropping] })).split('\r\n');
  const column = titles.split(',').indexOf('response_p99_seconds');
  expect(row.split(',')[column]).toBe('');
});
