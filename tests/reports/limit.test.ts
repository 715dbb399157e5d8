import { expect, test } from 'vitest';
import type { Figure, FigureUnit } from '../../bench/lab/limit/figure.ts';
import { judge } from '../../bench/lab/limit/verdict.ts';
import { renderLimit } from '../../reports/renderers/limit.ts';
import { formatFigure } from '../../reports/tables/limit.ts';

const page = { color: false, width: 100 };
const figures = {
  rate: { title: 'requests/s, ours ÷ C', unit: 'ratio', atLeast: 0.95 },
  cost: { title: 'CPU per request, ours ÷ C', unit: 'ratio', atMost: 1.1 },
  ours: { title: 'requests/s, ours', unit: 'perSecond' },
  sockperf: { title: 'ours ÷ sockperf', unit: 'ratio', atLeast: 2 },
} as const satisfies Record<string, Figure>;

function rounds(count: number) {
  return Array.from({ length: count }, (_, i) => ({ rate: 1 + i / 100, cost: 1.2 + i / 100, ours: 1e5 * (i + 1) }));
}

test('a session is printed as a table with a row for each figure, and notes below', () => {
  const udp = judge({ name: 'udp', title: 'UDP echo', figures }, rounds(9), ['sockperf is not installed here']);
  const lag = judge({ name: 'lag', title: 'Schedule lag', figures }, [], ['failed: no server']);
  expect(renderLimit('A machine', [udp, lag], page)).toBe(`A machine

figure                     required  median             range  verdict

udp: UDP echo, 9 rounds
requests/s, ours ÷ C         ≥ 0.95   1.040    1.000 to 1.080  met
CPU per request, ours ÷ C     ≤ 1.1   1.240    1.200 to 1.280  MISSED
requests/s, ours                     500k/s  100k/s to 900k/s
ours ÷ sockperf                 ≥ 2       –                    not measured

udp: sockperf is not installed here
lag: failed: no server
`);
});

test('medians of few rounds have a warning', () => {
  const verdict = judge({ name: 'udp', title: 'UDP echo', figures }, rounds(8), []);
  expect(renderLimit('', [verdict], page)).toContain('fewer than 9 rounds');
});

test('a session without measurements has no table', () => {
  const verdict = judge({ name: 'udp', title: 'UDP echo', figures }, [], ['failed: no server']);
  expect(renderLimit('A machine', [verdict], page)).toBe('A machine\n\nudp: failed: no server\n');
});

test.each<[FigureUnit, number, string]>([
  ['ratio', 0.95, '0.950'],
  ['share', 0.7, '70.0 %'],
  ['perSecond', 98_400, '98.4k/s'],
  ['bytesPerSecond', 10 * 1024 ** 3, '10.0 GiB/s'],
  ['bytes', 1515.6, '1.48 KiB'],
  ['bytes', 12.3, '12 B'],
  ['micros', 250, '250 µs'],
  ['seconds', 3.25, '3.25 s'],
  ['count', 20_000, '20,000'],
])('%s: %d is formatted as %s', (unit, value, expected) => expect(formatFigure(unit, value)).toBe(expected));
