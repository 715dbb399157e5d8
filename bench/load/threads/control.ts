import { yieldCpu } from '../../../sockets/os/cpu.ts';
import { nowNanos } from '../../measure/clock.ts';
import { waitForStart } from './start-wait.ts';

/**
 * Numbers that the main thread and the generator threads share: the phase, when it ends, and whether to stop. A
 * generator thread blocks in epoll_wait(2) and cannot receive messages, so it reads these.
 */

// Int32: commands.
const GO = 0;
const END = 1;
const IDLE_LOOKS = 2;
// Float64: times, in nanoseconds of the common monotonic clock.
const BEGIN = 0;
const WARMUP_END = 1;
const MEASURE_END = 2;
const DRAIN_END = 3;

/** When a load begins and its phases end, in nanoseconds of the monotonic clock. */
export interface Schedule {
  readonly begin: number;
  readonly warmupEnd: number;
  readonly measureEnd: number;
  /** Latest time until which the drain waits for unanswered requests. */
  readonly drainEnd: number;
}

/** Returns a schedule that is later by some nanoseconds, or on a clock that is ahead by them. */
export function shifted({ begin, warmupEnd, measureEnd, drainEnd }: Schedule, nanos: number): Schedule {
  return {
    begin: begin + nanos,
    warmupEnd: warmupEnd + nanos,
    measureEnd: measureEnd + nanos,
    drainEnd: drainEnd + nanos,
  };
}

/**
 * Starts and stops the threads of a generator. Pass `buffer` to a thread and create another LoadControl from it there.
 */
export class LoadControl {
  readonly buffer: SharedArrayBuffer;
  readonly #flags: Int32Array;
  readonly #times: Float64Array;

  /** Number of starts of the load when {@link waitForGo} last returned. */
  #begun = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(48)) {
    this.buffer = buffer;
    this.#flags = new Int32Array(buffer, 0, 3);
    this.#times = new Float64Array(buffer, 16, 4);
  }

  /** Starts the load, or starts it again when it was over: wakes every thread in {@link waitForGo}. */
  go({ begin, warmupEnd, measureEnd, drainEnd }: Schedule): void {
    this.#times[BEGIN] = begin;
    this.#times[WARMUP_END] = warmupEnd;
    this.#times[MEASURE_END] = measureEnd;
    this.#times[DRAIN_END] = drainEnd;
    Atomics.add(this.#flags, GO, 1);
    Atomics.notify(this.#flags, GO);
  }

  /** Ends everything: wakes every waiting thread. Threads under load notice within 20 ms. */
  end(): void {
    Atomics.store(this.#flags, END, 1);
    Atomics.notify(this.#flags, END);
    Atomics.add(this.#flags, GO, 1);
    Atomics.notify(this.#flags, GO);
  }

  /** Reports a look at the server that found it idle, to threads that wait for connections to be answered. */
  foundIdle(): void {
    Atomics.add(this.#flags, IDLE_LOOKS, 1);
  }

  /** Number of looks that found the server idle. */
  get idleLooks(): number {
    return Atomics.load(this.#flags, IDLE_LOOKS);
  }

  get ended(): boolean {
    return Atomics.load(this.#flags, END) === 1;
  }

  /** Blocks the calling thread until the start signal of the load, or of its next window. It may come ahead of time. */
  waitForGo(): Schedule {
    if (!this.ended) Atomics.wait(this.#flags, GO, this.#begun);
    this.#begun = Atomics.load(this.#flags, GO);
    return this.#schedule;
  }

  /** Blocks the calling thread until the load begins. Call it after {@link waitForGo}, with its schedule. */
  waitForBegin({ begin }: Schedule): void {
    waitForStart(begin, {
      now: nowNanos,
      sleep: (nanos) => Atomics.wait(this.#flags, GO, this.#begun, nanos / 1e6),
      giveWay: yieldCpu,
      isOver: () => this.ended,
    });
  }

  /** Blocks the calling thread until {@link end}. */
  waitForEnd(): void {
    Atomics.wait(this.#flags, END, 0);
  }

  get #schedule(): Schedule {
    return {
      begin: this.#times[BEGIN] as number,
      warmupEnd: this.#times[WARMUP_END] as number,
      measureEnd: this.#times[MEASURE_END] as number,
      drainEnd: this.#times[DRAIN_END] as number,
    };
  }
}
