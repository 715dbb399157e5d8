/**
 * How long before the start a thread stops sleeping. Timers wake it late: a halted CPU takes some 50 µs, and threads that
 * wait for one CPU wake one after the other.
 */
const AWAKE_NANOS = 300_000;

/** What a thread that waits for a start needs. */
export interface StartWait {
  /** Monotonic time in nanoseconds. */
  now(): number;
  /** Sleeps for about that time. It may end early or late. */
  sleep(nanos: number): void;
  /** Lets other threads that are ready run on this CPU. */
  giveWay(): void;
  /** Reports that there will be no start. */
  isOver(): boolean;
}

/**
 * Blocks until a load begins, or until there will be no start. The thread sleeps until shortly before, and is awake for the
 * rest. In that time it gives way: of several threads on one CPU, each then looks at the clock every few microseconds, and
 * none keeps the CPU while the others should begin.
 */
export function waitForStart(begin: number, wait: StartWait): void {
  for (let left = begin - wait.now(); left > 0 && !wait.isOver(); left = begin - wait.now()) {
    if (left > AWAKE_NANOS) wait.sleep(left - AWAKE_NANOS);
    else wait.giveWay();
  }
}
