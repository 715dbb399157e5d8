import { nowNanos } from '../../measure/clock.ts';
import { HISTOGRAM_BYTES, Histogram } from '../../measure/histogram.ts';

const NUMBERS = 6;
const COMPLETED = 0;
const FAILED = 1;
const BYTES = 2;
const DONE = 3;
const IN_FLIGHT = 4;
const MEASURING = 5;

/** Names of a thread's histograms. */
export const latencyNames = ['response', 'service', 'generatorLag', 'scheduleLag', 'connect', 'handshake'] as const;
export type LatencyName = (typeof latencyNames)[number];

/** State of a running generator thread, in shared memory: the main thread reads it without blocking the thread. */
export class LiveView implements Readonly<Record<LatencyName, Histogram>> {
  readonly buffer: SharedArrayBuffer;
  // All since measuring began: before, they have requests of the warm-up. See isMeasuring.
  readonly response: Histogram;
  readonly service: Histogram;
  readonly generatorLag: Histogram;
  readonly scheduleLag: Histogram;
  readonly connect: Histogram;
  readonly handshake: Histogram;
  readonly #numbers: Float64Array;

  constructor(buffer = new SharedArrayBuffer(NUMBERS * 8 + latencyNames.length * HISTOGRAM_BYTES)) {
    this.buffer = buffer;
    this.#numbers = new Float64Array(buffer, 0, NUMBERS);
    const histogram = (name: LatencyName) =>
      new Histogram(buffer, NUMBERS * 8 + latencyNames.indexOf(name) * HISTOGRAM_BYTES);
    this.response = histogram('response');
    this.service = histogram('service');
    this.generatorLag = histogram('generatorLag');
    this.scheduleLag = histogram('scheduleLag');
    this.connect = histogram('connect');
    this.handshake = histogram('handshake');
  }

  /** Requests completed since the thread began, warm-up included; never decreases. */
  get completed(): number {
    return this.#numbers[COMPLETED] as number;
  }
  set completed(count: number) {
    this.#numbers[COMPLETED] = count;
  }

  /** Requests that timed out, failed, were corrupted or were never sent, since measuring began. */
  get failed(): number {
    return this.#numbers[FAILED] as number;
  }
  set failed(count: number) {
    this.#numbers[FAILED] = count;
  }

  /** Bytes that went one way, or that completed requests carried, since measuring began. */
  get bytes(): number {
    return this.#numbers[BYTES] as number;
  }
  set bytes(count: number) {
    this.#numbers[BYTES] = count;
  }

  /** Requests that are in flight or wait for a connection. */
  get inFlight(): number {
    return this.#numbers[IN_FLIGHT] as number;
  }
  set inFlight(count: number) {
    this.#numbers[IN_FLIGHT] = count;
  }

  /** Whether measuring has begun, so that the histograms count what is measured. */
  get isMeasuring(): boolean {
    return this.#numbers[MEASURING] === 1;
  }
  set isMeasuring(isMeasuring: boolean) {
    this.#numbers[MEASURING] = isMeasuring ? 1 : 0;
  }

  /** When measuring ended, which may be early, in monotonic nanoseconds; undefined while it continues. */
  get doneNanos(): number | undefined {
    return this.#numbers[DONE] || undefined;
  }

  /** Records that measuring ends now, or that it is not over any more. */
  set done(done: boolean) {
    this.#numbers[DONE] = done ? nowNanos() : 0;
  }
}
