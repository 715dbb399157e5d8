import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getAffinity } from '../../../sockets/os/cpu.ts';
import type { CheckPlan } from '../../check/plan.ts';
import { separate } from '../../check/separation.ts';
import { measure, startArms, stopArms } from '../../check/session.ts';
import type { WindowReading } from '../../check/window-reading.ts';
import type { ForeignServer } from '../../model/configuration.ts';
import { TargetError } from '../../model/errors.ts';
import { packageRoot } from '../../model/package.ts';
import { placeOnCpus } from '../../run/placement.ts';
import { mean } from '../../stats/mean.ts';
import { median } from '../../stats/median.ts';

/** A plan without its programs. */
export type PlanOfChecks = Omit<CheckPlan, 'a' | 'b'>;

export const serverNames = ['c', 'node'] as const;
export type ServerName = (typeof serverNames)[number];

/** Two programs to check. B takes a given share more CPU time for each request. */
export interface ProgramPair {
  readonly a: ForeignServer;
  readonly b: ForeignServer;
  /** Total CPU time of a request of A in microseconds; null where it was not needed. */
  readonly baseMicros: number | null;
}

/** A server that can be made slower by a given share of its CPU time. */
export interface RealServer {
  /**
   * Returns the server and a slower version of it, calibrated anew each time, as it depends on the state of the
   * machine.
   * @param worseBy 0 for the same program.
   * @throws {TargetError} when a server fails, or its CPU time is not known.
   */
  pair(plan: PlanOfChecks, worseBy: number, signal: AbortSignal): Promise<ProgramPair>;
  /** Removes what was built. */
  dispose(): void;
}

/** CPU time of each request of the Node server besides its echo. It allows shares to be added in fine steps. */
const BASE_WORK_MICROS = 20;
const CALIBRATION = { rate: 0, count: 12, windowMs: 200 } as const;
const WARMUP_MS = 500;
/** Steps in the first round of a calibration: about a microsecond. */
const FIRST_STEPS = 1000;
const ROUNDS = 3;

/** This project's `event-driven` model, which burns CPU time for each request. */
export class NodeServer implements RealServer {
  readonly #program: string;

  /** @param program path of sockbench's command line. */
  constructor(program: string) {
    this.#program = program;
  }

  async pair(plan: PlanOfChecks, worseBy: number, signal: AbortSignal): Promise<ProgramPair> {
    const a = this.server('original', BASE_WORK_MICROS);
    if (worseBy === 0) return { a, b: { ...a, name: 'changed' }, baseMicros: null };
    const { nanosOfA } = await compareCpu(plan, a, a, signal);
    const baseMicros = nanosOfA / 1000;
    return { a, b: this.server('changed', BASE_WORK_MICROS + worseBy * baseMicros), baseMicros };
  }

  server(name: string, workMicros: number): ForeignServer {
    const nanos = Math.round(workMicros * 1000);
    const serve = `serve --model event-driven --port {port} --work cpu:${nanos / 1000}us`;
    return foreign(name, `exec ${quoted(process.execPath)} ${quoted(this.#program)} ${serve}`);
  }

  dispose(): void {}
}

/** The echo server in C, bench/lab/reference/echo_epoll.c, which runs a loop for each request. */
export class CServer implements RealServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-verify-'));
  readonly #program = join(this.#folder, 'echo_epoll');

  /**
   * Compiles the server.
   * @throws {Error} when there is no compiler `cc`, or it fails.
   */
  constructor() {
    const source = fileURLToPath(new URL('bench/lab/reference/echo_epoll.c', packageRoot()));
    execFileSync('cc', ['-O2', '-o', this.#program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async pair(plan: PlanOfChecks, worseBy: number, signal: AbortSignal): Promise<ProgramPair> {
    const a = this.server('original', 0);
    if (worseBy === 0) return { a, b: { ...a, name: 'changed' }, baseMicros: null };
    let steps = FIRST_STEPS;
    const rounds: { readonly perStep: number; readonly nanosOfA: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { share, nanosOfA } = await compareCpu(plan, a, this.server('changed', steps), signal);
      rounds.push({ perStep: share / steps, nanosOfA });
      // The cost of a step is estimated best near the requested share, so the first estimate is dropped later.
      const perStep = mean(rounds.slice(round === 0 ? 0 : 1).map((each) => each.perStep));
      if (!(perStep > 0)) throw new TargetError('a server that does more work did not take more CPU time');
      steps = Math.max(1, Math.round(worseBy / perStep));
    }
    const baseMicros = median(rounds.map(({ nanosOfA }) => nanosOfA)) / 1000;
    return { a, b: this.server('changed', steps), baseMicros };
  }

  server(name: string, steps: number): ForeignServer {
    return foreign(name, `exec ${quoted(this.#program)} {port}${steps === 0 ? '' : ` ${steps}`}`);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function foreign(name: string, command: string): ForeignServer {
  return { kind: 'exec', name, command, startLimitMs: 15_000 };
}

/** Quotes a string as one word of a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Measures the CPU time per request of two servers at full load, in pairs of windows as in a session of a check.
 * @returns CPU time of A in nanoseconds, and the additional share of B: medians over the pairs.
 * @throws {TargetError} when the kernel does not report it.
 */
async function compareCpu(
  plan: PlanOfChecks,
  a: ForeignServer,
  b: ForeignServer,
  signal: AbortSignal,
): Promise<{ readonly nanosOfA: number; readonly share: number }> {
  const whole = { ...plan, a, b };
  const placement = await separate(whole, placeOnCpus(getAffinity(0), whole), signal);
  const scene = {
    ...{ plan: whole, placement, warmupMs: WARMUP_MS, signal },
    ...{ order: { places: ['a', 'b'] as const }, streamKey: { seed: plan.seed } },
  };
  const arms = await startArms(scene);
  try {
    const { readings } = await measure(arms, CALIBRATION, scene);
    const [ofA, ofB] = (['a', 'b'] as const).map((name) => cpuNanos(readings.get(name) ?? [])) as [number[], number[]];
    const ratios = ofB.map((nanos, i) => nanos / (ofA[i] as number));
    return { nanosOfA: median(ofA), share: median(ratios) - 1 };
  } finally {
    await stopArms(arms);
  }
}

function cpuNanos(windows: readonly WindowReading[]): number[] {
  return windows.map(({ cpuNanosPerRequest }) => {
    if (cpuNanosPerRequest === null) throw new TargetError('the CPU time of the server is not known here');
    return cpuNanosPerRequest;
  });
}
