import { describe, expect, test } from 'vitest';
import { drawPlot, type Plot } from '../../reports/text/plot.ts';

const plot: Plot = {
  title: 'Requests/s',
  xs: [1, 2, 4, 8, 16],
  xName: 'connections',
  series: [
    { name: 'rising', ys: [0, 100, 200, 300, 400] },
    { name: 'flat', ys: [200, 200, 200, 200, null] },
  ],
  format: String,
};

describe('a plot', () => {
  test('has a letter at each point, lines of dots between them, and numbers on both axes', () => {
    expect(drawPlot(plot, 39).join('\n')).toBe(
      [
        '400 ┤                               ⡠a',
        '    │                            ⢀⠔⠊',
        '    │                         ⢀⡠⠊⠁',
        '300 ┤                       ⡠a⠁',
        '    │                    ⢀⠔⠊',
        '    │                 ⢀⡠⠊⠁',
        '200 ┤b⠤⠤⠤⠤⠤⠤⠤b⠤⠤⠤⠤⠤⠤⡤*⠥⠤⠤⠤⠤⠤⠤b',
        '    │            ⢀⠔⠊',
        '    │         ⢀⡠⠊⠁',
        '100 ┤       ⡠a⠁',
        '    │    ⢀⠔⠊',
        '    │ ⢀⡠⠊⠁',
        '  0 ┤a⠁',
        '    └─────────────────────────────────',
        '     1       2       4       8      16',
        '     connections',
        '     a rising, b flat, * several',
      ].join('\n'),
    );
  });

  test('in ASCII has the same letters, with points between them', () => {
    expect(drawPlot(plot, 39, true).join('\n')).toBe(
      [
        '400 +                               .a',
        '    |                            ...',
        '    |                         ....',
        '300 +                       .a.',
        '    |                    ...',
        '    |                 ....',
        '200 +b.......b.......*.......b',
        '    |            ...',
        '    |         ....',
        '100 +       .a.',
        '    |    ...',
        '    | ....',
        '  0 +a.',
        '    +---------------------------------',
        '     1       2       4       8      16',
        '     connections',
        '     a rising, b flat, * several',
      ].join('\n'),
    );
  });

  test('draws steep lines without gaps', () => {
    const steep = { ...plot, xs: [1, 2, 4, 8], series: [{ name: 'a', ys: [0, 400, 0, 400] }] };
    const lines = drawPlot(steep, 12).slice(1, 12);
    expect(lines.filter((line) => !/[\u2801-\u28ff]/.test(line))).toEqual([]);
  });

  test.each([40, 60, 80, 100, 200])('fits %i columns', (width) => {
    const lines = drawPlot({ ...plot, xs: [1, 10, 100, 1000, 100_000] }, width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test('leaves out axis numbers that would touch each other, except the last', () => {
    const xs = [100, 101, 102, 200, 201];
    const [line] = drawPlot({ ...plot, xs }, 60).slice(-3);
    expect(line?.trim().split(/ +/)).toEqual(['100', '201']);
  });

  test('ends its axis on a round number', () => {
    const top = (most: number) => drawPlot({ ...plot, series: [{ name: 'a', ys: [most] }] }, 60)[0]?.split(' ')[0];
    expect([97, 120, 121, 850, 1_000_001].map(top)).toEqual(['100', '120', '160', '1000', '1200000']);
  });

  test('of one series has no legend for several, and centres a single x', () => {
    const lines = drawPlot({ ...plot, xs: [7], series: [{ name: 'only', ys: [5] }] }, 26);
    expect(lines.join('\n')).not.toContain('several');
    expect(lines.find((line) => /a$/.test(line))?.indexOf('a')).toBeGreaterThan(10);
  });

  test('is empty without data', () => {
    expect(drawPlot({ ...plot, series: [] }, 60)).toEqual([]);
    expect(drawPlot({ ...plot, xs: [], series: [{ name: 'a', ys: [] }] }, 60)).toEqual([]);
    expect(drawPlot({ ...plot, series: [{ name: 'a', ys: [0, 0, 0, 0, 0] }] }, 60)).toEqual([]);
  });

  test('escapes names', () => {
    const series = [{ name: '\u001b[31mred\n', ys: [1, 1, 1, 1, 1] }];
    expect(drawPlot({ ...plot, series }, 60).at(-1)).toMatch(/^ +a red\\x0a$/);
  });
});
