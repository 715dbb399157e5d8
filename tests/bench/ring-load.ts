import { onTestFinished } from 'vitest';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { RingStream } from '../../bench/load/streams/ring-stream.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import type { KernelClock } from '../../bench/measure/kernel-clock.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { assign } from './assignment.ts';
import { type Reply, TurningServer } from './turning-server.ts';

/** Options of {@link RingLoad}. */
interface RingLoadOptions {
  readonly point?: Partial<OperatingPoint>;
  /** Address to connect to, in place of the server that runs in the same thread. */
  readonly address?: Assignment['address'] | undefined;
  /** Converts the kernel's timestamps. */
  readonly clock?: KernelClock | undefined;
}

/** A load over io_uring and its server, both run step by step in one thread. Closed when the test ends. */
export class RingLoad {
  readonly live = new LiveView();
  readonly server: TurningServer;
  readonly state: LoadState;
  readonly workload: RingStream;
  readonly #epoll = new Epoll();

  constructor(reply: Reply, { point = {}, address, clock }: RingLoadOptions = {}) {
    this.server = new TurningServer(reply);
    const assignment = assign(point, address ?? this.server.address);
    this.state = new LoadState(assignment.point.connections, this.live, clock, false);
    this.workload = new RingStream(assignment, this.state, this.#epoll);
    onTestFinished(() => this.close());
    for (let c = 0; c < assignment.point.connections; c++) this.workload.open(c);
  }

  /** Runs client and server until `done`, up to a time limit. */
  until(done: () => boolean): void {
    const end = nowNanos() + 5e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(this.state.counts)}`);
      this.workload.exchange(0);
      this.server.turn();
      this.workload.sweep(nowNanos(), nowNanos() - 4e9);
    }
  }

  /** Opens all connections, and runs the load until `answers` requests were answered. */
  flow(answers: number): LoadState['counts'] {
    const { state, workload } = this;
    this.until(() => workload.answered === workload.sockets.opened && workload.answered > 0);
    state.flowing = true;
    for (let c = 0; c < workload.answered; c++) workload.resume(c);
    this.until(() => state.counts.completed >= answers);
    return state.counts;
  }

  close(): void {
    this.workload.close();
    this.#epoll.close();
    this.server.close();
  }
}
