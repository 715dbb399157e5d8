import { HISTOGRAM_BYTES, Histogram } from '../../measure/histogram.ts';
import { type Counts, noCounts, sumCounts } from '../threads/counts.ts';

/**
 * What a thread measured of one of several targets. Plain data and shared memory, so that it can be passed to the main
 * thread.
 */
export interface TargetReport {
  readonly counts: Counts;
  /** Two histograms in sequence: response times and service times. */
  readonly latencies: SharedArrayBuffer;
}

/** What all threads measured of one of several targets. */
export interface TargetLoad {
  readonly counts: Counts;
  readonly response: Histogram;
  /** Empty without kernel timestamps. */
  readonly service: Histogram;
}

/** Tallies the outcomes of the requests to one of several targets. */
export class TargetTally {
  readonly counts = noCounts();
  readonly response: Histogram;
  readonly service: Histogram;
  readonly #latencies = new SharedArrayBuffer(2 * HISTOGRAM_BYTES);

  constructor() {
    this.response = responseIn(this.#latencies);
    this.service = serviceIn(this.#latencies);
  }

  /** Requests that were sent, or will be, and have not ended. */
  get pending(): number {
    const { sent, completed, timedOut, errors, corrupted } = this.counts;
    return sent - completed - timedOut - errors - corrupted;
  }

  completed(responseNanos: number): void {
    this.counts.completed++;
    this.response.record(responseNanos);
  }

  /** Records that a request was given up: its age is a lower bound of its response time. */
  timedOut(ageNanos: number): void {
    this.counts.timedOut++;
    this.response.record(ageNanos);
  }

  /** Discards everything except the pending requests. */
  startMeasuring(): void {
    const { pending } = this;
    Object.assign(this.counts, noCounts());
    this.counts.sent = pending;
    this.response.reset();
    this.service.reset();
  }

  report(): TargetReport {
    return { counts: this.counts, latencies: this.#latencies };
  }
}

/** Adds up the threads' reports of one target. */
export function mergeTargetReports(reports: readonly TargetReport[]): TargetLoad {
  const response = new Histogram();
  const service = new Histogram();
  for (const { latencies } of reports) {
    response.add(responseIn(latencies));
    service.add(serviceIn(latencies));
  }
  return { counts: sumCounts(reports.map(({ counts }) => counts)), response, service };
}

function responseIn(latencies: SharedArrayBuffer): Histogram {
  return new Histogram(latencies, 0);
}

function serviceIn(latencies: SharedArrayBuffer): Histogram {
  return new Histogram(latencies, HISTOGRAM_BYTES);
}
