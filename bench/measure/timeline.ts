import type { TimelinePoint } from '../model/result.ts';
import { Histogram } from './histogram.ts';

/** How a load went, interval by interval: made of readings of counts that only grow. */
export class Timeline {
  readonly points: TimelinePoint[] = [];
  readonly #begin: number;
  #time: number;
  #responses = new Histogram();
  #failed = 0;

  /** @param begin when measuring began, in monotonic nanoseconds. */
  constructor(begin: number) {
    this.#begin = begin;
    this.#time = begin;
  }

  /**
   * Notes a reading: what came since the one before makes a point.
   * @param time of the reading, in monotonic nanoseconds.
   * @param responses all response times since measuring began; kept, so pass a copy.
   * @param failed all requests that failed since then.
   */
  read(time: number, responses: Histogram, failed: number): void {
    const seconds = (time - this.#time) / 1e9;
    if (seconds <= 0) return;
    const latest = responses.since(this.#responses);
    this.points.push({
      second: (time - this.#begin) / 1e9,
      requestsPerSecond: latest.count / seconds,
      p50: latest.quantile(0.5) / 1000,
      p99: latest.quantile(0.99) / 1000,
      errors: Math.max(0, failed - this.#failed),
    });
    this.#time = time;
    this.#responses = responses;
    this.#failed = failed;
  }
}
