import type { TimelinePoint } from '../model/trial.ts';
import { Histogram } from './histogram.ts';

/** The source of a timeline: numbers that only grow while a load is measured. */
export interface TimelineSource {
  /** Requests completed so far, warm-up included. */
  completed(): number;
  /** Copies of all response times or lags since measuring began. */
  latencies(name: 'response' | 'generatorLag' | 'scheduleLag'): Histogram;
  /** Requests that failed, and bytes that were transferred, since measuring began. */
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
   * Records a reading: what happened since the one before is a point.
   * @param time of the reading, in monotonic nanoseconds.
   * @returns the point; undefined when no time has passed.
   */
  read(time: number, source: TimelineSource): TimelinePoint | undefined {
    const seconds = (time - this.#time) / 1e9;
    if (seconds <= 0) return undefined;
    const responses = source.latencies('response');
    const lags = lagsOf(source);
    const latest = responses.since(this.#responses);
    const latestLags = lags.since(this.#lags);
    const [completed, failed, bytes] = [source.completed(), source.failed(), source.bytes()];
    const point = {
      second: (time - this.#begin) / 1e9,
      // Count requests, not responses: a line of a chat has one response for each receiver, and a time-out has one,
      // too.
      requestsPerSecond: (completed - this.#completed) / seconds,
      bytesPerSecond: Math.max(0, bytes - this.#bytes) / seconds,
      p50: latest.quantile(0.5) / 1000,
      p99: latest.quantile(0.99) / 1000,
      errors: Math.max(0, failed - this.#failed),
      ...(latestLags.count > 0 && { generatorLagP99: latestLags.quantile(0.99) / 1000 }),
    };
    this.points.push(point);
    this.#time = time;
    this.#completed = completed;
    this.#responses = responses;
    this.#lags = lags;
    this.#failed = failed;
    this.#bytes = bytes;
    return point;
  }
}

/** Returns the generator's whole lag where kernel timestamps provide it, otherwise how late it sent. */
function lagsOf(source: TimelineSource): Histogram {
  const lags = source.latencies('generatorLag');
  return lags.count > 0 ? lags : source.latencies('scheduleLag');
}
