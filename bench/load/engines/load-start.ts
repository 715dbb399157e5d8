import { yieldCpu } from '../../../sockets/os/cpu.ts';
import { nowNanos } from '../../measure/clock.ts';
import { BoundedDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Workload } from '../workload.ts';

/** The start of a thread's load. What can be done before is done before: at the start, nothing is left but to send. */
export class LoadStart {
  /** See {@link ThreadReport.startedNanos}. */
  startedNanos = 0;
  readonly #state: LoadState;
  readonly #workload: Pick<Workload, 'resume' | 'outstanding'>;

  constructor(state: LoadState, workload: Pick<Workload, 'resume' | 'outstanding'>) {
    this.#state = state;
    this.#workload = workload;
  }

  /** Runs the code of the start without making a request: V8 compiles a function when it is called first. */
  rehearse(connections: number): void {
    const state = this.#state;
    const { demand } = state;
    const none = new BoundedDemand();
    none.left = 0;
    state.demand = none;
    this.flow(Math.min(connections, 1), () => {});
    state.flowing = false;
    state.demand = demand;
  }

  /**
   * Starts the load on connections, from the first on. The first request is handed over by itself. Then other threads on
   * this CPU may run, which begin at the same time, and after that the other requests are made.
   * @param handOver makes the kernel take what was made so far; undefined at a rate, where nothing may be due yet.
   */
  flow(connections: number, handOver?: () => void): void {
    const state = this.#state;
    state.flowing = true;
    this.startedNanos = nowNanos();
    for (let c = 0; c < connections; c++) {
      this.#workload.resume(c);
      // Counted one by one, as they begin: sending all of them takes a while, longer when this thread waits for a CPU.
      state.holds(this.#workload.outstanding + state.demand.queued, nowNanos());
      if (c > 0 || handOver === undefined) continue;
      handOver();
      this.startedNanos = nowNanos();
      yieldCpu();
    }
  }
}
