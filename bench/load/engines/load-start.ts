import { yieldCpu } from '../../../sockets/os/cpu.ts';
import { beginTimeCritical, endTimeCritical } from '../../../sockets/os/time-critical.ts';
import { nowNanos } from '../../measure/clock.ts';
import { BoundedDemand, closedDemand } from '../demand/demand.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { LoadControl, Schedule } from '../threads/control.ts';
import type { Workload } from '../workload.ts';

/** How many connections are resumed without a request before the start. */
const REHEARSED = 64;

/** What a start needs of a workload. */
type Startable = Pick<Workload, 'resume' | 'handOver' | 'outstanding'>;

/** The start of a thread's load. What can be done before is done before: at the start, nothing is left but to send. */
export class LoadStart {
  /** See {@link ThreadReport.startedNanos}. */
  startedNanos = 0;
  readonly #state: LoadState;
  readonly #workload: Startable;

  constructor(state: LoadState, workload: Startable) {
    this.#state = state;
    this.#workload = workload;
  }

  /**
   * Runs the code of the start without making a request: V8 compiles a function when it is called first, and runs it faster
   * after some calls.
   * @param flow calls {@link flow} for a number of connections.
   */
  rehearse(connections: number, flow: () => void): void {
    const state = this.#state;
    const { demand } = state;
    const none = new BoundedDemand();
    none.left = 0;
    closedDemand.next(0, 0, 0);
    state.demand = none;
    for (let resumed = 0; connections > 0 && resumed < REHEARSED; resumed += connections) flow();
    state.flowing = false;
    state.demand = demand;
  }

  /** Waits for the start. {@link flow} must follow. */
  wait(control: LoadControl, schedule: Schedule): void {
    beginTimeCritical();
    control.waitForBegin(schedule);
  }

  /**
   * Starts the load on connections, from the first on. After the first, other threads on this CPU may run, which begin at the
   * same time, and the server.
   * @param isClosedLoop whether each makes a request now: the first is then handed over by itself.
   */
  flow(connections: number, isClosedLoop: boolean): void {
    const state = this.#state;
    state.flowing = true;
    this.startedNanos = nowNanos();
    for (let c = 0; c < connections; c++) {
      this.#workload.resume(c);
      if (c === 0) this.#begun(isClosedLoop);
      // Counted one by one, as they begin: sending all of them takes a while, longer when this thread waits for a CPU.
      state.holds(this.#workload.outstanding + state.demand.queued, nowNanos());
    }
    // Where there is none.
    endTimeCritical();
  }

  #begun(isClosedLoop: boolean): void {
    if (isClosedLoop) {
      this.#workload.handOver?.();
      this.startedNanos = nowNanos();
    }
    yieldCpu();
    endTimeCritical();
  }
}
