import type { TimelinePoint } from '../model/trial.ts';
import { Histogram } from './histogram.ts';

/** What a timeline is made of: numbers that only grow while a load is measured. */
export interface TimelineSource {
  /** Requests completed so far, warm-up included. */
  completed(): number;
  /** Copies of all response times and generator lags since measuring began. */
  latencies(name: 'response' | 'generatorLag' | 'scheduleLag'): Histogram;
  /** Requests that failed, and bytes that were moved, since then. */
  failed(): number;
  bytes(): number;
}

/** How a load went, interval by interval. */
export class Timeline {
  readonly points: TimelinePoint[] = [];
  readonly #begin: number;
  #time: number;
  #completed: number;
  #responses = new Histogram();
  #lags = new Histogram();
  #failed = 0;
  #bytes = 0;

  /**
   * @param begin when measuring began, in monotonic nanoseconds.
   * @param completed requests completed by then.
   */
  constructor(begin: number, completed: number) {
    this.#begin = begin;
    this.#time = begin;
    this.#completed = completed;
  }

  /**
   * Notes a reading: what came since the one before makes a point.
   * @param time of the reading, in monotonic nanoseconds.
   */
  read(time: number, source: TimelineSource): void {
    const seconds = (time - this.#time) / 1e9;
    if (seconds <= 0) return;
    const responses = source.latencies('response');
    const lags = lagsOf(source);
    const latest = responses.since(this.#responses);
    const latestLags = lags.since(this.#lags);
    const [completed, failed, bytes] = [source.completed(), source.failed(), source.bytes()];
    this.points.push({
      second: (time - this.#begin) / 1e9,
      // Not of responses: a line of a chat has one for each who hears it, and a request that timed out has one, too.
      requestsPerSecond: (completed - this.#completed) / seconds,
      bytesPerSecond: Math.max(0, bytes - this.#bytes) / seconds,
      p50: latest.quantile(0.5) / 1000,
      p99: latest.quantile(0.99) / 1000,
      errors: Math.max(0, failed - this.#failed),
      ...(latestLags.count > 0 && { generatorLagP99: latestLags.quantile(0.99) / 1000 }),
    });
    this.#time = time;
    this.#completed = completed;
    this.#responses = responses;
    this.#lags = lags;
    this.#failed = failed;
    this.#bytes = bytes;
  }
}

/** The generator's whole lag where kernel timestamps tell it, else how late it sent. */
function lagsOf(source: TimelineSource): Histogram {
  const lags = source.latencies('generatorLag');
  return lags.count > 0 ? lags : source.latencies('scheduleLag');
}
