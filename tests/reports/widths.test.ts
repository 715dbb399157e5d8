import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { drawTable, painter, renderTerminal } from '../../reports/renderers/terminal.ts';
import { cut } from '../../reports/text/column-layout.ts';
import { paragraph } from '../../reports/text/paragraph.ts';
import { drawPlot } from '../../reports/text/plot.ts';
import { cell, type Table } from '../../reports/text/table.ts';
import { ProgressDisplay } from '../../scripts/session/progress.ts';
import { failure, result, trial } from './results.ts';

/** Names whose number of letters, of UTF-16 units and of columns differ. */
const NAMES = ['中文服务器', '👩‍👩‍👧‍👦 family', '🧑‍🚀🫠', 'é̂é́', '🇩🇪 server', 'हिन्दी', 'plain'];
const long = NAMES.map((name) => name.repeat(80));

const table = (names: readonly string[]): Table => ({
  title: 'Names',
  columns: [
    { title: 'name', align: 'left', shrinks: true },
    { title: 'req/s', align: 'right' },
  ],
  groups: [{ label: null, rows: names.map((name) => [cell(name, 'bad'), cell('1')]) }],
});

describe.each([false, true])('with colours %s', (color) => {
  const paint = painter(color);

  test('columns are aligned whatever the letters', () => {
    const [, ...rows] = drawTable(table(NAMES), 100, paint).split('\n');
    expect(new Set(rows.map((row) => stringWidth(row))).size).toBe(1);
    expect(rows.map((row) => stripVTControlCharacters(row).trimEnd().endsWith(' 1'))).not.toContain(false);
  });

  test.each([60, 61, 100])('names are cut between letters, to a page of %i columns', (width) => {
    const [, ...rows] = drawTable(table(long), width, paint).split('\n');
    expect(rows.map((row) => stringWidth(row))).toEqual(long.map(() => width));
    for (const [i, row] of rows.entries()) {
      const [name = ''] = stripVTControlCharacters(row).split('…');
      const letters = [...new Intl.Segmenter().segment((long[i] ?? '').normalize())].map(({ segment }) => segment);
      expect(letters.slice(0, [...new Intl.Segmenter().segment(name)].length).join('')).toBe(name);
    }
  });
});

test.each(NAMES)('a paragraph of %s fits its lines', (some) => {
  const name = some.repeat(80);
  const lines = paragraph(`${name} ${name}`, 40, { first: '    1. ', columns: 7 });
  expect(lines.length).toBeGreaterThan(4);
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(40);
  expect(
    lines
      .map((line) => line.slice(7))
      .join('')
      .replaceAll(' ', ''),
  ).toBe(`${name}${name}`.replaceAll(' ', ''));
});

test('a paragraph is broken at spaces, and its blanks are joined', () => {
  expect(paragraph('one  two three', 8)).toEqual(['one two', 'three']);
  expect(paragraph('中文 中文 中文', 9)).toEqual(['中文 中文', '中文']);
});

test('text that fits is not cut', () => {
  expect(cut('中文', 4)).toBe('中文');
  expect(cut('中文', 3)).toBe('中…');
  expect(cut('中文字', 4)).toBe('中…');
});

test('reports, plots and live lines with wide names fit their page', () => {
  const [target = ''] = long;
  const shown = renderTerminal(
    result({
      trials: [trial({ target }), trial({ target: `\u001b[31m${long[1]}\u001b[0m` })],
      failures: [failure({ target, message: target })],
      verdict: { statements: [target] },
    }),
    { color: true, width: 80 },
  );
  expect(Math.max(...shown.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  const series = [{ name: target, ys: [1, 2] }];
  const plot = drawPlot({ title: '', xs: [1, 2], xName: 'connections', series, format: String }, 60);
  expect(Math.max(...plot.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
  const written: string[] = [];
  const display = new ProgressDisplay({ isTTY: true, columns: 60, write: (text) => written.push(text) }, false);
  display.progress({
    trial: {
      ...operatingPoint(),
      target: { kind: 'exec', name: target, command: 'true', startLimitMs: 1 },
      round: 1,
    },
    ...{ done: 0, total: 1, phase: 'measuring', requestsPerSecond: 1, p99Micros: 1, errors: 0, remainingSeconds: null },
  });
  expect(stringWidth(written.join(''))).toBeLessThanOrEqual(59);
});
