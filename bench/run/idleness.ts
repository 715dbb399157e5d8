import { processCpuNanos } from '../../sockets/os/cpu.ts';

/** CPU time up to which a server counts as idle: what its runtime uses by itself from time to time. */
const IDLE_NANOS = 2e6;

/** Detects from its CPU time that a server has been idle for some time. */
export class Idleness {
  readonly #limitMs: number;
  readonly #cpuNanos: () => number;
  #used: number;
  #idleMs = 0;
  #lookedMs: number;

  /**
   * @param limitMs how long the server must be idle.
   * @param cpuNanos returns the CPU time that the server has used so far.
   * @param nowMs the current time, on the clock of {@link lasts}.
   */
  constructor(limitMs: number, cpuNanos: () => number, nowMs: number) {
    this.#limitMs = limitMs;
    this.#cpuNanos = cpuNanos;
    this.#used = cpuNanos();
    this.#lookedMs = nowMs;
  }

  /**
   * Reports whether the server has been idle for `limitMs`. Call it several times in that period: the time between
   * two calls counts for at most a third of the period, because nothing runs while the whole machine is paused.
   */
  lasts(nowMs: number): boolean {
    const used = this.#cpuNanos();
    const passed = Math.min(nowMs - this.#lookedMs, this.#limitMs / 3);
    this.#lookedMs = nowMs;
    this.#idleMs += passed;
    if (Math.abs(used - this.#used) > IDLE_NANOS) {
      this.#used = used;
      this.#idleMs = 0;
    }
    return this.#idleMs >= this.#limitMs;
  }
}

/** Returns the CPU time of the server's current processes. It decreases when one of them ends. */
export function treeCpuNanos(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processCpuNanos(pid) ?? 0), 0);
}
