import { processCpuNanos } from '../../sockets/cpu.ts';

/** CPU time within which a server counts as idle: what its runtime does by itself now and then. */
const IDLE_NANOS = 2e6;

/** Notices when a server has had nothing to do for some time. */
export class Idleness {
  readonly #patienceMs: number;
  readonly #cpuNanos: () => number;
  #used: number;
  #since: number;

  /**
   * @param cpuNanos CPU time that the server has used so far.
   * @param nowMs of the clock that {@link lasts} is told.
   */
  constructor(patienceMs: number, cpuNanos: () => number, nowMs: number) {
    this.#patienceMs = patienceMs;
    this.#cpuNanos = cpuNanos;
    this.#used = cpuNanos();
    this.#since = nowMs;
  }

  /** Has the server been idle for so long? To be asked a few times in that time. */
  lasts(nowMs: number): boolean {
    const used = this.#cpuNanos();
    if (Math.abs(used - this.#used) > IDLE_NANOS) {
      this.#used = used;
      this.#since = nowMs;
    }
    return nowMs - this.#since >= this.#patienceMs;
  }
}

/** CPU time of the processes that a server has now: it falls when one of them ends. */
export function treeCpuNanos(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processCpuNanos(pid) ?? 0), 0);
}
