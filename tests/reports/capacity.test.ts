import { describe, expect, test } from 'vitest';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { failure } from './results.ts';
import { bracketed, failed, found, limited, overwhelmed, searched } from './searches.ts';

const page = { color: false, width: 100 };

test('several searches are printed as a table with a row each', async () => {
  const run = { ...found(overwhelmed, failed, bracketed, limited), failures: [failure({ connections: 50, round: 2 })] };
  await expect(renderTerminal(run, page)).toMatchFileSnapshot('../golden/capacity.txt');
});

test('one search is printed step by step', async () => {
  await expect(renderTerminal(found(bracketed), page)).toMatchFileSnapshot('../golden/capacity-search.txt');
});

test('a reason that is too long for its line continues on the next', () => {
  const message =
    '12,345 of 32,000 requests/s offered were answered (38.6 %), so response times grow with the time measured';
  const steps = bracketed.capacity.steps.map((step) => ({ ...step, reasons: [{ code: 'rate-missed', message }] }));
  const text = renderTerminal(found({ ...bracketed, capacity: { ...bracketed.capacity, steps } }), page);
  expect(text.replace(/\s+/g, ' ')).toContain(`32.0k 420 µs 40.0 ms not kept ${message} confirmation window`);
});

test('a search is saved and read again without loss', () => {
  const run = found(bracketed, limited);
  expect(resultSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
});

describe('a printed capacity', () => {
  const rowOf = (run: Result, target: string) =>
    renderTerminal(run, page)
      .split('\n')
      .find((line) => line.startsWith(`${target} `));

  test('is a lower bound without an upper one when the generator was the limit', () => {
    expect(rowOf(found(limited, bracketed), 'epoll')).toMatch(/^epoll +≥64\.0k +– /);
    expect(rowOf(found(limited, bracketed), 'async')).toMatch(/^async +19\.1k +20\.0k /);
  });

  test('has a row for each number of connections', () => {
    const text = renderTerminal(found(bracketed, searched('async', [['bracket', 10, 'missed']], 'done', 1)), page);
    expect(text).toMatch(/1 connection\nasync +none[\s\S]*50 connections\nasync +19\.1k/);
  });

  test('is unknown for a search without a result', () => {
    expect(rowOf(found(searched('async', [], 'interruption'), bracketed), 'async')).toMatch(/^async +19/);
    expect(renderTerminal({ ...found(searched('async', [], 'interruption')), interrupted: true }, page)).toMatch(
      /^async +unknown[\s\S]*Interrupted after 0 trials/m,
    );
  });

  test('fits the page width', () => {
    for (const width of [80, 100]) {
      const text = renderTerminal(found(bracketed, limited), { color: false, width });
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });
});
