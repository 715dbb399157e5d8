import { expect, test } from 'vitest';
import { renderPrometheus } from '../../../reports/exports/prometheus.ts';
import { result } from '../results.ts';
import { hostileResult, measuredResult, measuredTrial, regressed } from './measured.ts';

test('gauges and histograms of a run', async () => {
  await expect(renderPrometheus(measuredResult())).toMatchFileSnapshot('../../golden/exports/bench.prom');
});

test('gauges of a check', async () => {
  await expect(renderPrometheus(regressed)).toMatchFileSnapshot('../../golden/exports/check.prom');
});

test('buckets contain all latencies of all rounds, each with those below', () => {
  const text = renderPrometheus(result({ trials: [measuredTrial(), measuredTrial({ round: 2 })] }));
  const bucket = (le: string) =>
    Number(new RegExp(`sockbench_response_seconds_bucket{.*le="${le}"} (\\d+)`).exec(text)?.[1]);
  expect(bucket('0.00005')).toBe(0);
  // Every microsecond from 100 on, twice.
  expect(bucket('0.0005')).toBeGreaterThanOrEqual(2 * 399);
  expect(bucket('0.0005')).toBeLessThanOrEqual(2 * 402);
  expect(bucket('\\+Inf')).toBe(2000);
  expect(text).toMatch(/^sockbench_response_seconds_sum{.*} 1\.199/m);
});

test('a metric that is not known in a round is left out', () => {
  const dropping = measuredTrial({ round: 2, requests: { dropped: 5000 } });
  const text = renderPrometheus(result({ trials: [measuredTrial(), dropping] }));
  expect(text).not.toContain('sockbench_response_p99_seconds');
  expect(text).toContain('sockbench_service_p99_seconds');
});

test('a histogram that is damaged is left out', () => {
  const { latencyMicros } = measuredTrial();
  const response = { ...latencyMicros.response, hdr: 'HISTFAAAA' };
  const text = renderPrometheus(result({ trials: [measuredTrial({ latencyMicros: { response } })] }));
  expect(text).not.toContain('sockbench_response_seconds_bucket');
});

test('hostile names stay inside their labels', () => {
  const lines = renderPrometheus(hostileResult()).trimEnd().split('\n');
  const series = /^[a-z_0-9]+(?:\{[a-z]+="(?:[^"\\]|\\["\\])*"(?:,[a-z]+="(?:[^"\\]|\\["\\])*")*\})? \S+$/;
  expect(lines.filter((line) => !line.startsWith('# ') && !series.test(line))).toEqual([]);
});
