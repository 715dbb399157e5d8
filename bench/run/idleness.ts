import { processCpuNanos } from '../../sockets/cpu.ts';

/** CPU time within which a server counts as idle: what its runtime does by itself now and then. */
const IDLE_NANOS = 2e6;

/** Notices when a server has had nothing to do for some time. */
export class Idleness {
  readonly #patienceMs: number;
  readonly #cpuNanos: () => number;
  #used: number;
  #idleMs = 0;
  #lookedMs: number;

  /**
   * @param cpuNanos CPU time that the server has used so far.
   * @param nowMs of the clock that {@link lasts} is told.
   */
  constructor(patienceMs: number, cpuNanos: () => number, nowMs: number) {
    this.#patienceMs = patienceMs;
    this.#cpuNanos = cpuNanos;
    this.#used = cpuNanos();
    this.#lookedMs = nowMs;
  }

  /**
   * Has the server been idle for so long? To be asked a few times in that time: of what passes between two looks no more
   * than a third of it counts, as nobody does anything while the whole machine stands still.
   */
  lasts(nowMs: number): boolean {
    const used = this.#cpuNanos();
    const passed = Math.min(nowMs - this.#lookedMs, this.#patienceMs / 3);
    this.#lookedMs = nowMs;
    this.#idleMs += passed;
    if (Math.abs(used - this.#used) > IDLE_NANOS) {
      this.#used = used;
      this.#idleMs = 0;
    }
    return this.#idleMs >= this.#patienceMs;
  }
}

/** CPU time of the processes that a server has now: it falls when one of them ends. */
export function treeCpuNanos(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processCpuNanos(pid) ?? 0), 0);
}
