import { onTestFinished } from 'vitest';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import type { ProtocolSpec } from '../../bench/load/protocols/make-protocol.ts';
import type { EpollExchange } from '../../bench/load/streams/epoll-exchange.ts';
import { RingExchange } from '../../bench/load/streams/ring-exchange.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import type { KernelClock } from '../../bench/measure/kernel-clock.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { assign } from './assignment.ts';
import { epollExchange, protocolOf } from './exchanges.ts';
import { type Reply, TurningServer } from './turning-server.ts';

/** Options of {@link ExchangeLoad}. */
interface ExchangeLoadOptions {
  readonly point?: Partial<OperatingPoint>;
  /** Address to connect to, in place of the server that runs in the same thread. */
  readonly address?: Assignment['address'] | undefined;
  /** Converts the kernel's timestamps. */
  readonly clock?: KernelClock | undefined;
  /** Default: ring. */
  readonly by?: 'ring' | 'epoll';
  /** Default: echo. */
  readonly protocol?: ProtocolSpec;
}

/** A load over TCP and its server, both run step by step in one thread. Closed when the test ends. */
export class ExchangeLoad {
  readonly live = new LiveView();
  readonly server: TurningServer;
  readonly state: LoadState;
  readonly workload: RingExchange | EpollExchange;
  readonly #epoll = new Epoll();

  constructor(reply: Reply, { point = {}, address, clock, by = 'ring', protocol }: ExchangeLoadOptions = {}) {
    this.server = new TurningServer(reply);
    const assignment = { ...assign(point, address ?? this.server.address), ...(protocol && { protocol }) };
    this.state = new LoadState(assignment.point.connections, this.live, clock, false);
    const { connections } = assignment.point;
    this.workload =
      by === 'ring'
        ? new RingExchange(assignment, this.state, this.#epoll, protocolOf(assignment))
        : epollExchange(assignment, this.state, this.#epoll);
    onTestFinished(() => this.close());
    for (let c = 0; c < connections; c++) this.workload.open(c);
  }

  /** Runs client and server until `done`, up to a time limit. */
  until(done: () => boolean): void {
    const end = nowNanos() + 5e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(this.state.counts)}`);
      this.turn();
      this.server.turn();
      this.workload.sweep(nowNanos(), nowNanos() - 4e9);
    }
  }

  /** Handles what is ready at the client. */
  turn(): void {
    const { workload } = this;
    if (workload instanceof RingExchange) {
      workload.exchange(0);
      return;
    }
    const ready = this.#epoll.wait(0);
    for (let i = 0; i < ready; i++) workload.ready(this.#epoll.dataAt(i), this.#epoll.eventsAt(i));
    workload.settle();
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
