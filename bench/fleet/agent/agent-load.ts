import { Generator } from '../../load/generator.ts';
import { LOOK_NANOS } from '../../load/load-generator.ts';
import { type Latencies, type LoadReport, noLatencies } from '../../load/load-report.ts';
import type { ThreadReport } from '../../load/thread-report.ts';
import type { Schedule } from '../../load/threads/control.ts';
import { latencyNames } from '../../load/threads/live.ts';
import { nowNanos } from '../../measure/clock.ts';
import { until } from '../../run/following.ts';
import { allowOpenFiles } from '../../run/open-files.ts';
import { deltasOf } from '../merge/histogram-delta.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import type { TrialKey } from '../model/identity.ts';
import type { Part } from '../model/part.ts';
import type { AgentProgress } from '../model/report.ts';
import { openingSchema, threadReportSchema } from '../model/thread-report-schema.ts';
import { DELTA_MS } from '../model/timing.ts';
import { connectionsOf } from '../schedule/shares.ts';
import type { AgentEvent } from './agent-state.ts';
import { assignedPlan } from './assigned-plan.ts';

const LOOKS_A_DELTA = (DELTA_MS * 1e6) / LOOK_NANOS;

/** A load that an agent runs. It reports by events. */
export interface RunningLoad {
  start(schedule: Schedule): void;
  foundIdle(): void;
  /** Ends it, in any phase, and resolves when it has ended. Never rejects. */
  end(): Promise<void>;
}

/** Begins an assignment: opens its connections. */
export type OpenLoad = (assignment: FleetAssignment, key: TrialKey, emit: (event: AgentEvent) => void) => RunningLoad;

/** Receives what an agent itself measured in a trial, when it is over. */
export type Keep = (key: TrialKey, load: LoadReport) => void;

/**
 * Returns how to begin assignments with the threads of this process. What fails is reported by the event `failed`.
 * @param keep must not throw.
 */
export function loadsOfThisProcess(keep: Keep): OpenLoad {
  return (assignment, key, emit) => {
    try {
      allowOpenFiles(connectionsOf(assignment));
      return new AgentLoad(new Generator(assignedPlan(assignment)), assignment.windows ?? 1, key, emit, keep);
    } catch (error) {
      queueMicrotask(() => emit({ kind: 'failed', key, message: messageOf(error) }));
      return { start() {}, foundIdle() {}, async end() {} };
    }
  };
}

class AgentLoad implements RunningLoad {
  readonly #generator: Generator;
  readonly #key: TrialKey;
  readonly #emit: (event: AgentEvent) => void;
  readonly #keep: Keep;
  /** Whether parts are sent while it runs. A short window has none; its threads may not even have begun. */
  readonly #sendsDeltas: boolean;
  /** Copies of the histograms when the last deltas were sent. */
  #sent: Latencies = noLatencies();
  #hasEnded = false;

  constructor(generator: Generator, windows: number, key: TrialKey, emit: (event: AgentEvent) => void, keep: Keep) {
    this.#keep = keep;
    this.#sendsDeltas = windows === 1;
    this.#generator = generator;
    this.#key = key;
    this.#emit = emit;
    this.#try(async () => {
      const opening = openingSchema.parse(plainCopy(await generator.opened()));
      emit({ kind: 'opened', key, phase: { phase: 'open', opening } });
    });
  }

  start(schedule: Schedule): void {
    this.#sent = noLatencies();
    this.#generator.go(schedule);
    this.#try(() => this.#follow(schedule));
  }

  foundIdle(): void {
    this.#generator.foundIdle();
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#generator.stop();
  }

  /** Reports counts at each look, deltas each second, and at last the reports of the threads. */
  async #follow({ begin, warmupEnd, measureEnd }: Schedule): Promise<void> {
    const key = this.#key;
    for (let look = 0; ; look++) {
      const time = Math.min(warmupEnd + look * LOOK_NANOS, measureEnd);
      // Without a warm-up, nothing was counted before the start: at the start, threads need the CPUs.
      if (look > 0 || warmupEnd > begin) await until(time);
      if (this.#hasEnded) return;
      const progress = this.#progress(look);
      const isOver = time === measureEnd || progress.doneNanos !== null;
      // Deltas go first: who knows the counts of a look also knows its histograms.
      if (this.#sendsDeltas && (isOver || (look > 0 && look % LOOKS_A_DELTA === 0))) {
        this.#emit({ kind: 'measured', key, parts: this.#deltas(), now: nowNanos() });
      }
      // With the counts of the first and the last look, the controller reads those of the server.
      this.#emit({ kind: 'progress', key, progress, isUrgent: look === 0 || isOver });
      if (isOver) return this.#finish(look);
    }
  }

  async #finish(look: number): Promise<void> {
    const key = this.#key;
    const reports = await this.#generator.threadReports();
    if (this.#hasEnded) return;
    this.#keep(key, await this.#generator.finished());
    const parts: Part[] = [...this.#deltas(true), ...reports.map(threadPart)];
    const values = Object.fromEntries(latencyNames.map((name) => [name, this.#sent[name].count]));
    const end: Part = { kind: 'end', values: values as (Part & { kind: 'end' })['values'], threads: reports.length };
    this.#emit({ kind: 'measured', key, parts: [...parts, end], now: nowNanos() });
    this.#emit({ kind: 'finished', key, progress: this.#progress(look) });
  }

  #progress(look: number): AgentProgress {
    const generator = this.#generator;
    return {
      look,
      completed: generator.completed(),
      failed: generator.failed(),
      bytes: generator.bytes(),
      inFlight: generator.inFlight(),
      doneNanos: generator.doneNanos() ?? null,
    };
  }

  /**
   * Returns what the histograms recorded since the last call. Those that did not change are not
   * copied: each has 34,000 buckets.
   * @param isLast whether to read all: one that recorded only zeros has the same sum.
   */
  #deltas(isLast = false): Part[] {
    const generator = this.#generator;
    const before = this.#sent;
    const changed = latencyNames.filter((name) => isLast || generator.sumOf(name) !== before[name].sum);
    const now = Object.fromEntries(changed.map((name) => [name, generator.latencies(name)]));
    this.#sent = { ...before, ...now };
    return changed.flatMap((name) =>
      deltasOf(this.#sent[name], before[name]).map((delta) => ({ kind: 'latencies', name, delta }) as const),
    );
  }

  #try(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!this.#hasEnded) this.#emit({ kind: 'failed', key: this.#key, message: messageOf(error) });
    });
  }
}

function threadPart({ gaps, ...report }: ThreadReport): Part {
  const plain = plainCopy({ ...report, gaps: gaps === null ? null : [...gaps] });
  return { kind: 'thread', report: threadReportSchema.parse(plain) };
}

/** Returns what JSON keeps of a record. */
function plainCopy(record: object): unknown {
  return JSON.parse(JSON.stringify(record));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
