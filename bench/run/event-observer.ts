import type { Capacity } from '../model/capacity.ts';
import { CHECK_SCHEMA, type CheckResult } from '../model/check-result.ts';
import { targetName } from '../model/configuration.ts';
import { EVENTS_SCHEMA, type MeasurementEvent, type Phase } from '../model/event.ts';
import type { Result } from '../model/result.ts';
import type { Progress, RunObserver, Sample } from './observer.ts';
import { pointOf, type TrialSpec } from './planner.ts';

/** An event without what the observer adds. */
type Bare<E = MeasurementEvent> = E extends MeasurementEvent ? Omit<E, 'seconds'> : never;

/** How a measurement ended. */
export interface Ending {
  readonly exitCode: number;
  readonly file: string | null;
  /** Why the whole measurement failed; absent when it did not. */
  readonly error?: string;
}

/** Turns what a run, a search or a check reports into events. */
export class EventObserver implements Required<RunObserver> {
  readonly #emit: (event: MeasurementEvent) => void;
  readonly #now: () => number;
  readonly #begin: number;
  #result: Result | CheckResult | undefined;
  #trial: TrialSpec | undefined;
  #number = 0;
  #phase: Phase | undefined;

  /**
   * @param emit receives each event. It is called on the measurement's thread, so it must return quickly.
   * @param now a monotonic clock, in milliseconds.
   */
  constructor(emit: (event: MeasurementEvent) => void, now: () => number) {
    this.#emit = emit;
    this.#now = now;
    this.#begin = now();
  }

  started(result: Result | CheckResult): void {
    this.#result = result;
    this.#send({ event: 'started', schema: EVENTS_SCHEMA, result });
  }

  progress({ trial, total, phase }: Progress): void {
    if (trial !== this.#trial) {
      this.#trial = trial;
      this.#phase = undefined;
      this.#number++;
      const { target, round } = trial;
      this.#send({
        ...{ event: 'trial-started', number: this.#number, total, target: targetName(target), round },
        point: pointOf(trial),
      });
    }
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#send({ event: 'phase', number: this.#number, phase });
  }

  sampled(sample: Sample): void {
    this.#send({ event: 'sample', number: this.#number, sample });
  }

  doing(what: string): void {
    this.#send({ event: 'step', doing: what });
  }

  saved(result: Result | CheckResult): void {
    const before = this.#result;
    this.#result = result;
    if (result.schema === CHECK_SCHEMA) this.#checked(before as CheckResult | undefined, result);
    else this.#measured(before as Result | undefined, result);
    for (const warning of newOf(before?.warnings, result.warnings)) this.#send({ event: 'warning', warning });
  }

  /** Reports the end, with what the final result adds. Does nothing when the measurement did not start. */
  ended(result: Result | CheckResult | undefined, { exitCode, file, error }: Ending): void {
    if (this.#result === undefined) return;
    if (result !== undefined) this.saved(result);
    const statements = result === undefined ? [] : statementsOf(result);
    const interrupted = result?.interrupted ?? false;
    this.#send({
      ...{ event: 'ended', exitCode, interrupted, statements, file },
      ...(error !== undefined && { error }),
    });
  }

  #measured(before: Result | undefined, { trials, failures, capacity }: Result): void {
    const number = this.#number;
    for (const trial of newOf(before?.trials, trials)) this.#send({ event: 'trial-ended', number, trial });
    for (const failure of newOf(before?.failures, failures)) this.#send({ event: 'trial-failed', number, failure });
    if (capacity !== undefined && differ(before?.capacity, capacity)) this.#send({ event: 'capacity', capacity });
  }

  #checked(before: CheckResult | undefined, { pace, sessions, looks }: CheckResult): void {
    if (pace !== before?.pace) this.#send({ event: 'pace', pace });
    if (sessions.length < (before?.sessions.length ?? 0)) this.#send({ event: 'sessions-discarded' });
    for (const session of newOf(before?.sessions, sessions)) this.#send({ event: 'session', session });
    for (const look of newOf(before?.looks, looks)) this.#send({ event: 'look', look });
  }

  #send(event: Bare): void {
    const seconds = Math.round(this.#now() - this.#begin) / 1000;
    const { event: name, ...rest } = event;
    this.#emit({ event: name, seconds, ...rest } as MeasurementEvent);
  }
}

/** Returns the elements that were not in an earlier state of a list. */
function newOf<T>(before: readonly T[] = [], now: readonly T[]): readonly T[] {
  const grown = before.length <= now.length && before.at(-1) === now[before.length - 1];
  return grown ? now.slice(before.length) : now.filter((each) => !before.includes(each));
}

/** Reports whether the search of some target went on: its conclusion is the same object until then. */
function differ(before: readonly Capacity[] = [], now: readonly Capacity[]): boolean {
  return before.length !== now.length || now.some((each, i) => each !== before[i]);
}

function statementsOf(result: Result | CheckResult): string[] {
  return result.schema === CHECK_SCHEMA ? [result.verdict.statement] : [...result.verdict.statements];
}
