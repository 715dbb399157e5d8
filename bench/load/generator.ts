import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { StreamKey } from '../../servers/random/streams.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { nowNanos } from '../measure/clock.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { Timestamps } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import type { PacerSpec } from './arrivals/pacer.ts';
import type { ProfileSpec } from './arrivals/profile.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type LoadReport, mergeHistograms, mergeLatencies, mergeOpenings, mergeReports } from './load-report.ts';
import type { ProtocolSpec } from './protocols/make-protocol.ts';
import type { OpeningReport, ThreadReport } from './thread-report.ts';
import { ThreadReports } from './thread-reports.ts';
import { type Assignment, type Selection, shareOf, type TlsUse } from './threads/assignment.ts';
import { LoadControl, type Schedule } from './threads/control.ts';
import { type LatencyName, LiveView } from './threads/live.ts';

export interface LoadPlan {
  readonly point: OperatingPoint;
  readonly address: SocketAddress;
  /** How many threads share the connections. */
  readonly threads: number;
  /** Present when this is a part of a load: the numbers of its threads, among `of` in all. */
  readonly share?: { readonly threads: readonly number[]; readonly of: number };
  /** CPUs for the threads; when empty, the kernel chooses. */
  readonly cpus: readonly number[];
  /** Rate and kind of arrivals; null for a closed loop. */
  readonly arrivals: Pick<PacerSpec, 'profile' | 'arrivals'> | null;
  /** See {@link Assignment.isExact}. */
  readonly isExact?: boolean;
  /** Selects the random streams: arrivals, targets, sizes, bytes. */
  readonly streamKey: StreamKey;
  /** Number of connections in use over time; null: all of them. */
  readonly levels: ProfileSpec | null;
  /** Measuring ends when this many requests have ended; null: when its time is over. */
  readonly requests: number | null;
  /** What clients exchange with the server. */
  readonly protocol: ProtocolSpec;
  /** See {@link Assignment.tls}. */
  readonly tls?: TlsUse;
  /** Number of windows: how often the load runs over the same connections. Default: 1. */
  readonly windows?: number;
  /** Present when there are several targets; `address` is then the first one's. */
  readonly selection?: Selection;
  readonly timestamps: Timestamps;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
}

/** Time for the threads to prepare, so that they begin together. */
const AHEAD_NANOS = 10e6;

interface GeneratorThread {
  readonly live: LiveView;
  readonly opened: Promise<OpeningReport>;
  readonly reports: ThreadReports;
  readonly exited: Promise<void>;
}

/** The clients of one trial: threads that hold connections, each with its own engine (engine.ts). */
export class Generator implements LoadGenerator {
  /** Number of requests that a closed loop keeps in flight. */
  readonly slots: number;
  readonly aheadNanos = AHEAD_NANOS;
  readonly broken = new Promise<never>(() => {});
  readonly #control = new LoadControl();
  readonly #threads: readonly GeneratorThread[];
  #reports: Promise<readonly ThreadReport[]> | undefined;

  /** Starts the threads, which open their connections at once. When one cannot be started, the others end. */
  constructor(plan: LoadPlan) {
    this.slots = plan.point.connections * plan.point.pipelining;
    const threads = Math.max(1, Math.min(plan.threads, mostThreads(plan)));
    const share = plan.share ?? { threads: Array.from({ length: threads }, (_, i) => i), of: threads };
    const started: GeneratorThread[] = [];
    this.#threads = started;
    try {
      for (const thread of share.threads) started.push(startThread(plan, thread, share.of, this.#control));
    } catch (error) {
      // The caller gets no generator with which to stop them.
      this.#control.end();
      throw error;
    }
  }

  get threads(): number {
    return this.#threads.length;
  }

  async opened(): Promise<OpeningReport> {
    return mergeOpenings(await Promise.all(this.#threads.map((thread) => thread.opened)));
  }

  foundIdle(): void {
    this.#control.foundIdle();
  }

  go(schedule: Schedule): void {
    this.#reports = Promise.all(this.#threads.map(({ reports }) => reports.next('finished')));
    // Callers of finished() get the failure.
    this.#reports.catch(() => undefined);
    for (const view of this.#views) {
      view.done = false;
      view.isMeasuring = false;
    }
    this.#control.go(schedule);
  }

  async settled(): Promise<number> {
    return nowNanos();
  }

  async finished(): Promise<LoadReport> {
    return mergeReports(await this.threadReports(), mergeLatencies(this.#views));
  }

  /** Resolves with the reports of which {@link finished} is the sum. */
  async threadReports(): Promise<readonly ThreadReport[]> {
    return (await this.#reports) ?? [];
  }

  /** Returns the requests completed so far, warm-up included. May be called at any time. */
  completed(): number {
    return this.#views.reduce((sum, { completed }) => sum + completed, 0);
  }

  /** Returns the requests that failed since measuring began. May be called at any time. */
  failed(): number {
    return this.#views.reduce((sum, { failed }) => sum + failed, 0);
  }

  /**
   * Returns the bytes that went one way, or of completed requests, since measuring began. May be called at any time.
   */
  bytes(): number {
    return this.#views.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  inFlight(): number {
    return this.#views.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  doneNanos(): number | undefined {
    const ends = this.#views.flatMap(({ doneNanos }) => doneNanos ?? []);
    return ends.length < this.#threads.length ? undefined : Math.max(...ends);
  }

  /** Returns a copy of the histogram of a name since measuring began. May be called at any time. */
  latencies(name: LatencyName): Histogram {
    return mergeHistograms(this.#measuring, name);
  }

  /** Returns the sum of its values, in nanoseconds: far cheaper, and the same when nothing was recorded. */
  sumOf(name: LatencyName): number {
    return this.#measuring.reduce((sum, view) => sum + view[name].sum, 0);
  }

  async stop(): Promise<void> {
    this.#control.end();
    await Promise.all(this.#threads.map(({ exited }) => exited));
  }

  /** A thread that waits for a CPU may begin to measure late. */
  get #measuring(): LiveView[] {
    return this.#views.filter(({ isMeasuring }) => isMeasuring);
  }

  get #views(): LiveView[] {
    return this.#threads.map(({ live }) => live);
  }
}

/** Returns the most threads that a load has work for: each needs a connection to each target, and a request. */
export function mostThreads({
  point,
  selection,
  requests,
}: Pick<LoadPlan, 'point' | 'selection' | 'requests'>): number {
  const connections = Math.floor(point.connections / (selection?.addresses.length ?? 1));
  return Math.min(connections, requests ?? connections);
}

function startThread(plan: LoadPlan, thread: number, threads: number, control: LoadControl): GeneratorThread {
  const { first, count } = shareOf(plan.point.connections, threads, thread);
  const live = new LiveView();
  const { address, protocol, cpus, levels, streamKey, timestamps, timeoutMs, openTimeoutMs } = plan;
  const assignment: Assignment = {
    ...{ address, protocol, cpus, levels, streamKey, timestamps, timeoutMs, openTimeoutMs, thread, threads },
    point: { ...plan.point, connections: count },
    firstConnection: first,
    pacer: plan.arrivals === null ? null : { ...plan.arrivals, streamKey, thread, threads },
    ...(plan.isExact && { isExact: true }),
    ...(plan.tls && { tls: plan.tls }),
    windows: plan.windows ?? 1,
    ...(plan.selection && { selection: plan.selection }),
    requests: plan.requests === null ? null : shareOf(plan.requests, threads, thread).count,
    control: control.buffer,
    live: live.buffer,
  };
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), { workerData: assignment, env: SHARE_ENV });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const reports = new ThreadReports(worker);
  return { live, opened: reports.next('opened'), reports, exited };
}
