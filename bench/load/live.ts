import { HISTOGRAM_BYTES, Histogram } from '../measure/histogram.ts';

const NUMBERS = 2;
const COMPLETED = 0;
const FAILED = 1;

/** What a generator thread shows of itself while it runs, in shared memory: the main thread reads, nobody waits. */
export class LiveView {
  readonly buffer: SharedArrayBuffer;
  /** Response times since measuring began. */
  readonly response: Histogram;
  readonly #numbers: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(NUMBERS * 8 + HISTOGRAM_BYTES)) {
    this.buffer = buffer;
    this.#numbers = new Float64Array(buffer, 0, NUMBERS);
    this.response = new Histogram(buffer, NUMBERS * 8);
  }

  /** Requests completed since the thread began, warm-up included; never goes back. */
  get completed(): number {
    return this.#numbers[COMPLETED] as number;
  }
  set completed(count: number) {
    this.#numbers[COMPLETED] = count;
  }

  /** Requests that timed out, broke or were corrupted, since measuring began. */
  get failed(): number {
    return this.#numbers[FAILED] as number;
  }
  set failed(count: number) {
    this.#numbers[FAILED] = count;
  }
}
