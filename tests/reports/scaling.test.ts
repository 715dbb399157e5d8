import { describe, expect, test } from 'vitest';
import { resultSchema } from '../../bench/model/result.ts';
import { renderJson } from '../../reports/renderers/json.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { summarize } from '../../reports/tables/summary.ts';
import { trial } from './results.ts';
import { analysed, sweep } from './sweeps.ts';

const saved = sweep();

describe('a sweep', () => {
  const text = renderTerminal(saved, { color: false, width: 100 });

  test('matches its golden file', async () => {
    await expect(text).toMatchFileSnapshot('../golden/scale.txt');
  });

  test('is saved completely and printed the same again', () => {
    const again = resultSchema.parse(JSON.parse(renderJson(saved)));
    expect(renderTerminal(again, { color: false, width: 100 })).toBe(text);
  });

  test.each([80, 100])('fits %i columns', (width) => {
    const lines = renderTerminal(saved, { color: false, width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('gives the reason for each missing law in a footnote', () => {
    const { footnotes } = summarize(saved);
    expect(footnotes.filter((note) => note.startsWith('no law is stated for'))).toEqual([
      expect.stringContaining('epoll: the generator was at its limit with 16, 32, 64 and 128 connections'),
      expect.stringContaining(
        'iterative: some connections were not served with 2, 4, 8, 16, 32, 64 and 128 connections',
      ),
    ]);
  });

  test('with too few rounds has no ranks, no intervals and no leaders', () => {
    const few = renderTerminal(sweep(2), { color: false, width: 100 });
    expect(few).not.toMatch(/^model +rank/m);
    expect(few).not.toContain('leads');
    expect(few).toContain('a ranking needs 12');
  });
});

test('the gain of more CPUs is reported, and each number of CPUs has tables and a plot', () => {
  const trials = Array.from({ length: 12 }, (_, i) => i + 1).flatMap((round) =>
    [1, 2].flatMap((cpus) =>
      [4, 8].flatMap((connections) =>
        [
          ['cluster', cpus],
          ['async', 1],
        ].map(([target, factor]) => {
          const requestsPerSecond = 1000 * Number(factor) * connections * (1 + round / 100);
          return {
            ...trial({
              target: String(target),
              connections,
              round,
              throughput: { requestsPerSecond, bytesPerSecond: 0 },
            }),
            cpus,
          };
        }),
      ),
    ),
  );
  const result = analysed(trials, ['async', 'cluster'], 12);
  const { plots, details, statements } = summarize(result);
  expect(plots.map(({ title }) => title)).toEqual([
    'Requests/s over TCP, server on 1 CPU',
    'Requests/s over TCP, server on 2 CPUs',
  ]);
  expect(details).toHaveLength(4);
  expect(statements).toEqual(
    expect.arrayContaining([
      'TCP: cluster does 2 times as much on 2 CPUs as on 1 (2 to 2).',
      'TCP: async does 1 times as much on 2 CPUs as on 1 (1 to 1).',
    ]),
  );
});
