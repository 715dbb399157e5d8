import { expect, test } from 'vitest';
import type { LineChart } from '../../reports/document/chart.ts';
import { chartTable } from '../../reports/document/chart-table.ts';
import type { Table } from '../../reports/text/table.ts';

const head = { id: 'x', title: 'Latency', caption: '' };
const lines: LineChart = {
  ...head,
  kind: 'lines',
  x: { name: 'connections', unit: 'count', scale: 'log' },
  y: { name: 'p99', unit: 'micros', scale: 'log' },
  series: [],
  interactive: false,
};

/** Returns heads and cells of a table, a line each. */
function text({ columns, groups, note }: Table): string[] {
  return [
    columns.map(({ title, unit = '' }) => `${title} ${unit}`.trim()).join(' | '),
    ...groups.flatMap(({ label, rows }) => [
      ...(label === null ? [] : [`# ${label}`]),
      ...rows.map((row) => row.map((cell) => cell.text).join(' | ')),
    ]),
    ...(note === undefined ? [] : [note]),
  ];
}

test('curves over the same values have a row for each value, with marks at doubtful ones', () => {
  const series = [
    {
      name: 'epoll',
      points: [
        { x: 1, y: 1500 },
        { x: 64, y: 12_000, doubt: 'the generator lagged' },
      ],
    },
    {
      name: 'async',
      points: [
        { x: 1, y: 2500 },
        { x: 64, y: null },
      ],
    },
  ];
  expect(text(chartTable({ ...lines, series }))).toEqual([
    'connections | epoll ms | async ms',
    '1 | 1.50 | 2.50',
    '64 | 12.0? | –',
    '? Doubtful: the generator lagged.',
  ]);
});

test('curves with intervals, or over different values, have a row for each point', () => {
  const series = [
    { name: 'epoll', points: [{ x: 1, y: 1500, low: 1400, high: 1600 }] },
    { name: 'async', points: [{ x: 2, y: 2500, low: null, high: null, doubt: 'busy' }] },
  ];
  expect(text(chartTable({ ...lines, series }))).toEqual([
    'connections | p99 ms | from ms | to ms | Doubt',
    '# epoll',
    '1 | 1.50 | 1.40 | 1.60 | ',
    '# async',
    '2 | 2.50 | – | – | busy',
  ]);
});

test('rows with intervals have their samples and notes; an end without a bound is infinite', () => {
  const rows = [
    { name: 'p99', group: 'Latency', value: 0.08, low: 0.04, high: null, samples: [0.05, 0.1], note: 'regressed' },
    { name: 'cpu', group: 'Cost', value: null, doubt: 'not measured' },
  ];
  const x = { name: 'change', unit: 'share', scale: 'linear' } as const;
  expect(text(chartTable({ ...head, kind: 'intervals', x, rows }))).toEqual([
    'Name | change % | from % | to % | Samples | Note',
    '# Latency',
    'p99 | 8.00 | 4.00 | ∞ | 5.00 10.0 | regressed',
    '# Cost',
    'cpu | – | – | – |  | not measured',
  ]);
});

test('a matrix is a table already', () => {
  const cell = { text: '+5 %', value: 0.5, detail: '' };
  const matrix = { ...head, kind: 'matrix', rowNames: ['a', 'b'], columnNames: ['a', 'b'] } as const;
  expect(
    text(
      chartTable({
        ...matrix,
        cells: [
          [null, cell],
          [null, null],
        ],
      }),
    ),
  ).toEqual([' | a | b', 'a |  | +5 %', 'b |  | ']);
});
