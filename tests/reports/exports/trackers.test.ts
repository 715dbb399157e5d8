import { describe, expect, test } from 'vitest';
import { renderBencher } from '../../../reports/exports/bencher.ts';
import { renderBiggerIsBetter, renderSmallerIsBetter } from '../../../reports/exports/github-benchmark.ts';
import { result } from '../results.ts';
import { HOSTILE, hostileResult, measuredResult, measuredTrial } from './measured.ts';

describe('github-action-benchmark', () => {
  test('smaller is better: latency, CPU time, memory and errors', async () => {
    await expect(renderSmallerIsBetter(measuredResult())).toMatchFileSnapshot('../../golden/exports/smaller.json');
  });

  test('bigger is better: throughput', () => {
    expect(JSON.parse(renderBiggerIsBetter(measuredResult()))).toEqual(
      [
        { target: 'event-driven', value: 10_000, range: undefined },
        { target: 'epoll', value: 20_000, range: undefined },
      ].map(({ target, value }) => ({
        ...{ name: `${target}, tcp, 16 connections: rate`, unit: 'requests/s', value },
        extra: 'AMD EPYC 7763, 2 CPUs, sockbench 0.1.0',
      })),
    );
  });

  /** What customSmallerIsBetter and customBiggerIsBetter require. */
  test.each([renderSmallerIsBetter, renderBiggerIsBetter])('entries have a name, a unit and a number: %o', (render) => {
    for (const saved of [measuredResult(), hostileResult()]) {
      const entries: Record<string, unknown>[] = JSON.parse(render(saved));
      expect(entries.length).toBeGreaterThan(0);
      expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
      for (const { name, unit, value } of entries) {
        expect([typeof name, typeof unit, typeof value]).toEqual(['string', 'string', 'number']);
      }
    }
  });
});

describe('Bencher', () => {
  test('benchmarks with their measures', async () => {
    await expect(renderBencher(measuredResult())).toMatchFileSnapshot('../../golden/exports/bencher.json');
  });

  test('values are between the bounds, and names and slugs are within the limits', () => {
    const long = measuredTrial({ target: HOSTILE.repeat(20) });
    const report: Record<string, Record<string, Record<string, number>>> = JSON.parse(
      renderBencher(result({ trials: [long, measuredTrial()] })),
    );
    for (const [name, measures] of Object.entries(report)) {
      expect(name.length).toBeLessThanOrEqual(1024);
      for (const [slug, { value = 0, lower_value: low = value, upper_value: high = value }] of Object.entries(
        measures,
      )) {
        expect(slug).toMatch(/^[a-z0-9-]{1,64}$/);
        expect(low <= value && value <= high).toBe(true);
      }
    }
  });
});
