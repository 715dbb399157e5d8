import { HistogramLogReader, type JsHistogram } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../../bench/model/errors.ts';
import { renderHlog } from '../../../reports/exports/hlog.ts';
import { result } from '../results.ts';
import { hostileResult, measuredResult, measuredTrial } from './measured.ts';

function intervals(text: string): JsHistogram[] {
  const reader = new HistogramLogReader(text);
  const read = () => reader.nextIntervalHistogram() as JsHistogram | null;
  const all: JsHistogram[] = [];
  for (let next = read(); next !== null; next = read()) all.push(next);
  return all;
}

test('an interval for each latency of each trial', async () => {
  await expect(renderHlog(measuredResult())).toMatchFileSnapshot('../../golden/exports/bench.hlog');
});

test("HdrHistogram's reader returns the percentiles of the result", () => {
  const saved = measuredResult();
  const read = intervals(renderHlog(saved));
  expect(read.map(({ tag }) => tag)).toEqual(
    ['event-driven', 'epoll', 'event-driven'].flatMap((target) =>
      ['response', 'service'].map((kind) => `${target}/echo/tcp/16/${kind}`),
    ),
  );
  const summary = (histogram: JsHistogram | undefined) =>
    [50, 90, 95, 99, 99.9].map((percentile) => (histogram?.getValueAtPercentile(percentile) ?? 0) / 1000);
  for (const [i, { latencyMicros }] of saved.trials.entries()) {
    for (const [k, latency] of [latencyMicros.response, latencyMicros.service].entries()) {
      const stored = latency && [latency.p50, latency.p90, latency.p95, latency.p99, latency.p999];
      expect(summary(read[2 * i + k])).toEqual(stored);
      expect(read[2 * i + k]?.totalCount).toBe(latency?.count);
    }
  }
});

test('intervals follow each other from the start of the run on', () => {
  const read = intervals(renderHlog(measuredResult()));
  const start = Date.parse('2026-11-21T00:10:05.000Z');
  expect(read.map(({ startTimeStampMsec }) => startTimeStampMsec - start)).toEqual([0, 0, 500, 500, 1000, 1000]);
  expect(read.map((each) => each.endTimeStampMsec - each.startTimeStampMsec)).toEqual(read.map(() => 500));
});

test('hostile names become tags without commas and blanks, and different ones differ', () => {
  const names = ['a b', 'a,b', 'a b'];
  const trials = names.map((target, i) => measuredTrial({ target, round: i + 1 }));
  const tags = intervals(renderHlog(result({ trials }))).map(({ tag }) => tag);
  expect(tags.filter((tag) => tag.endsWith('/response') || tag.includes('/response~'))).toEqual([
    'a_b/echo/tcp/16/response',
    'a_b/echo/tcp/16/response~2',
    'a_b/echo/tcp/16/response',
  ]);
  expect(intervals(renderHlog(hostileResult()))).toHaveLength(6);
});

test('a histogram that is not one cannot add lines', () => {
  const { latencyMicros } = measuredTrial();
  const response = { ...latencyMicros.response, hdr: 'x\nTag=forged,0,1,2,y' };
  const text = renderHlog(result({ trials: [measuredTrial(), measuredTrial({ latencyMicros: { response } })] }));
  expect(text).not.toContain('forged');
});

test('a result without latencies is refused, and what to use instead is named', () => {
  expect(() => renderHlog(result({ trials: [] }))).toThrow(ConfigurationError);
  expect(() => renderHlog(result({ trials: [] }))).toThrow('use csv');
});
