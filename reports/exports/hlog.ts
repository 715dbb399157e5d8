import { ConfigurationError } from '../../bench/model/errors.ts';
import { type LatencyKindName, latencyKinds } from '../../bench/model/latency-metrics.ts';
import type { Result } from '../../bench/model/result.ts';
import { plain } from '../text/plain.ts';
import { hasHistogram } from './latency-buckets.ts';
import { labelsOf } from './samples.ts';

/**
 * Renders the latencies of all trials as a log of HdrHistogram, version 1.3: an interval for each kind of latency in
 * each trial, tagged with target, operating point and kind. Values are nanoseconds. When a trial began is not stored, so
 * that intervals follow each other in the order of trials.
 * @throws {ConfigurationError} when nothing was answered, as in an upload.
 * @see https://github.com/HdrHistogram/HdrHistogram/blob/master/src/main/java/org/HdrHistogram/HistogramLogWriter.java
 */
export function renderHlog({ trials, startedAt, environment }: Result): string {
  const tags = new Tags();
  let start = 0;
  const intervals = trials.flatMap((trial) => {
    const { latencyMicros, measuredSeconds } = trial;
    const kinds = Object.keys(latencyKinds) as LatencyKindName[];
    const lines = kinds.flatMap((kind) => {
      const latency = latencyMicros[latencyKinds[kind].field];
      if (latency === undefined || !hasHistogram(latency)) return [];
      const tag = tags.of([...Object.values(labelsOf(trial)), kind]);
      // Intervals have their maximum in milliseconds, by the usual ratio of the writers.
      return [
        `Tag=${tag},${start.toFixed(3)},${measuredSeconds.toFixed(3)},${(latency.max / 1000).toFixed(3)},${latency.hdr}`,
      ];
    });
    start += measuredSeconds;
    return lines;
  });
  if (intervals.length === 0) {
    throw new ConfigurationError(['hlog: this result contains no latencies: use csv, which contains all metrics']);
  }
  const lines = [
    `#[Logged with sockbench ${plain(environment.sockbench)}, in nanoseconds]`,
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${(Date.parse(startedAt) / 1000).toFixed(3)} (seconds since epoch), ${startedAt}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...intervals,
  ];
  return `${lines.join('\n')}\n`;
}

/** Makes tags of texts: readers split lines at commas and blanks. Different texts never get the same tag. */
class Tags {
  readonly #owners = new Map<string, string>();

  of(texts: readonly string[]): string {
    const owner = JSON.stringify(texts);
    const tag = texts.map((text) => text.replace(/[^\w.:@+-]+/g, '_')).join('/');
    let unique = tag;
    for (let i = 2; (this.#owners.get(unique) ?? owner) !== owner; i++) unique = `${tag}~${i}`;
    this.#owners.set(unique, owner);
    return unique;
  }
}
