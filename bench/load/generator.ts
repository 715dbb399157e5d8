import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { SocketAddress } from '../../sockets/address.ts';
import { Histogram } from '../measure/histogram.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import { type Assignment, shareOf } from './assignment.ts';
import { LoadControl, type Schedule } from './control.ts';
import { type Counts, sumCounts } from './counts.ts';
import type { OpeningReport, ThreadReport } from './engine.ts';
import { LiveView } from './live.ts';
import type { PacerSpec } from './pacers/pacer.ts';

/** What a generator thread tells the main thread. */
export type ThreadMessage =
  | { readonly kind: 'opened'; readonly report: OpeningReport }
  | { readonly kind: 'finished'; readonly report: ThreadReport };

export interface LoadPlan {
  readonly point: OperatingPoint;
  readonly address: SocketAddress;
  /** How many threads share the connections. */
  readonly threads: number;
  /** CPUs for the threads; empty leaves that to the kernel. */
  readonly cpus: readonly number[];
  /** Rate and kind of arrivals; null for a closed loop. */
  readonly arrivals: Pick<PacerSpec, 'rate' | 'arrivals' | 'seed'> | null;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
}

/** What all threads measured together. */
export interface LoadReport {
  readonly counts: Counts;
  /** Completed while measuring, by second; replies that came in the drain do not count. */
  readonly requestsPerSecond: number;
  readonly measuredSeconds: number;
  readonly response: Histogram;
  readonly cpuSeconds: number;
  /** Share of its time that the busiest thread was at work on a CPU. */
  readonly utilization: number;
  /** Jain's index, from 1/connections to 1; R. Jain, D. Chiu, W. Hawe, DEC-TR-301, 1984. */
  readonly jain: number;
  readonly starvedConnections: number;
}

interface GeneratorThread {
  readonly connections: number;
  readonly live: LiveView;
  readonly opened: Promise<OpeningReport>;
  readonly finished: Promise<ThreadReport>;
  readonly exited: Promise<void>;
}

/** The clients of one trial: threads that hold connections, each in an epoll loop. */
export class Generator {
  readonly #control = new LoadControl();
  readonly #threads: readonly GeneratorThread[];

  /** Starts the threads; they open their connections at once. */
  constructor(plan: LoadPlan) {
    const threads = Math.min(plan.threads, plan.point.connections);
    this.#threads = Array.from({ length: threads }, (_, i) => startThread(plan, i, threads, this.#control));
  }

  get threads(): number {
    return this.#threads.length;
  }

  /** Resolves when every connection was opened and answered, or that was given up. Rejects when a thread breaks. */
  async opened(): Promise<OpeningReport> {
    const reports = await Promise.all(this.#threads.map((thread) => thread.opened));
    return {
      seconds: Math.max(...reports.map((report) => report.seconds)),
      opened: reports.reduce((sum, report) => sum + report.opened, 0),
      answered: reports.reduce((sum, report) => sum + report.answered, 0),
      lastErrno: reports.find((report) => report.lastErrno !== 0)?.lastErrno ?? 0,
    };
  }

  /** Lets the load flow. Call it after {@link opened}. */
  go(schedule: Schedule): void {
    this.#control.go(schedule);
  }

  /** Resolves when everything is measured and drained. Rejects when a thread breaks. */
  async finished(): Promise<LoadReport> {
    const reports = await Promise.all(this.#threads.map((thread) => thread.finished));
    const total = (of: (report: ThreadReport) => number) => reports.reduce((sum, report) => sum + of(report), 0);
    const sum = total(({ fairness }) => fairness.sum);
    const squares = total(({ fairness }) => fairness.sumOfSquares);
    const connections = this.#threads.reduce((n, { connections }) => n + connections, 0);
    return {
      counts: sumCounts(reports.map(({ counts }) => counts)),
      requestsPerSecond: total(({ completedInTime, measuredSeconds }) => completedInTime / measuredSeconds),
      measuredSeconds: Math.max(...reports.map(({ measuredSeconds }) => measuredSeconds)),
      response: this.responses(),
      cpuSeconds: total(({ cpuSeconds }) => cpuSeconds),
      utilization: Math.max(...reports.map(utilizationOf)),
      jain: jainIndex(sum, squares, connections),
      starvedConnections: total(({ fairness }) => fairness.starved),
    };
  }

  /** Requests completed so far, warm-up included. May be read at any time. */
  completed(): number {
    return this.#threads.reduce((sum, { live }) => sum + live.completed, 0);
  }

  /** Requests that failed since measuring began. May be read at any time. */
  failed(): number {
    return this.#threads.reduce((sum, { live }) => sum + live.failed, 0);
  }

  /** A copy of all response times since measuring began. May be made at any time. */
  responses(): Histogram {
    const all = new Histogram();
    for (const { live } of this.#threads) all.add(live.response);
    return all;
  }

  /** Ends all threads, whatever they do, and resolves when they are gone. */
  async stop(): Promise<void> {
    this.#control.end();
    await Promise.all(this.#threads.map(({ exited }) => exited));
  }
}

function utilizationOf({ cpuSeconds, spunSeconds, measuredSeconds }: ThreadReport): number {
  return Math.max(0, cpuSeconds - spunSeconds) / measuredSeconds;
}

function startThread(plan: LoadPlan, index: number, threads: number, control: LoadControl): GeneratorThread {
  const { first, count } = shareOf(plan.point.connections, threads, index);
  const live = new LiveView();
  const assignment: Assignment = {
    point: { ...plan.point, connections: count },
    address: plan.address,
    firstConnection: first,
    cpus: plan.cpus,
    pacer: plan.arrivals === null ? null : { ...plan.arrivals, thread: index, threads },
    timeoutMs: plan.timeoutMs,
    openTimeoutMs: plan.openTimeoutMs,
    control: control.buffer,
    live: live.buffer,
  };
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), { workerData: assignment, env: SHARE_ENV });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const broken = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a generator thread ended before its time')));
  });
  const opened = new Promise<OpeningReport>((resolve) => {
    worker.on('message', (message: ThreadMessage) => message.kind === 'opened' && resolve(message.report));
  });
  const finished = new Promise<ThreadReport>((resolve) => {
    worker.on('message', (message: ThreadMessage) => message.kind === 'finished' && resolve(message.report));
  });
  return { connections: count, live, opened: either(opened, broken), finished: either(finished, broken), exited };
}

/** A race whose loser may fail unheard. */
function either<T>(wanted: Promise<T>, broken: Promise<never>): Promise<T> {
  const race = Promise.race([wanted, broken]);
  race.catch(() => undefined);
  return race;
}

/** Jain's fairness index of n shares x: (Σx)² / (n·Σx²). Nothing for anyone counts as fair. */
export function jainIndex(sum: number, sumOfSquares: number, n: number): number {
  return sumOfSquares === 0 ? 1 : (sum * sum) / (n * sumOfSquares);
}
