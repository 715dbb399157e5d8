import type { LoadGenerator } from '../load/load-generator.ts';
import { nowNanos } from '../measure/clock.ts';
import type { Phase } from '../model/event.ts';
import type { RunObserver, Sample } from './observer.ts';
import type { TrialSpec } from './planner.ts';
import type { TrialObserver } from './trial.ts';

const INTERVAL_MS = 250;

/** Follows a run through its trials, and reports its progress to an observer a few times a second. */
export class RunProgress implements TrialObserver {
  #total: number | null = null;
  readonly #observer: RunObserver;
  readonly #begin = nowNanos();
  #done = 0;
  #trial: TrialSpec | undefined;
  #phase: Phase = 'starting';
  #generator: LoadGenerator | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Time and number of completed requests when the rate was last computed. */
  #mark = { time: 0, completed: 0 };
  #rate: number | null = null;

  constructor(observer: RunObserver) {
    this.#observer = observer;
  }

  /** Sets the total for progress reports. @param total expected number of trials, as far as it is known. */
  expect(total: number): void {
    this.#total = total;
  }

  begin(trial: TrialSpec): void {
    this.#trial = trial;
    this.#rate = null;
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#generator = undefined;
    this.#done++;
  }

  phase(phase: Phase): void {
    this.#phase = phase;
    // Another generator loads the server: the counts of ours do not change.
    if (phase === 'second opinion') {
      this.#generator = undefined;
      this.#rate = null;
    }
    this.#report();
  }

  loading(generator: LoadGenerator): void {
    this.#generator = generator;
    this.#mark = { time: nowNanos(), completed: 0 };
  }

  sampled(sample: Sample): void {
    this.#observer.sampled?.(sample);
  }

  #tick(): void {
    if (this.#generator !== undefined) {
      const time = nowNanos();
      const completed = this.#generator.completed();
      this.#rate = ((completed - this.#mark.completed) / (time - this.#mark.time)) * 1e9;
      this.#mark = { time, completed };
    }
    this.#report();
  }

  #report(): void {
    if (this.#trial === undefined) return;
    // Computed on demand: it adds up all buckets of the threads' histograms.
    const p99Micros = () => this.#p99Micros();
    this.#observer.progress({
      trial: this.#trial,
      done: this.#done,
      total: this.#total,
      phase: this.#phase,
      requestsPerSecond: this.#rate,
      get p99Micros() {
        return p99Micros();
      },
      errors: this.#generator?.failed() ?? 0,
      remainingSeconds: this.#remainingSeconds(),
    });
  }

  #p99Micros(): number | null {
    const responses = this.#generator?.latencies('response');
    return responses === undefined || responses.count === 0 ? null : responses.quantile(0.99) / 1000;
  }

  #remainingSeconds(): number | null {
    if (this.#done === 0 || this.#total === null) return null;
    const elapsed = (nowNanos() - this.#begin) / 1e9;
    return (elapsed / this.#done) * (this.#total - this.#done);
  }
}
