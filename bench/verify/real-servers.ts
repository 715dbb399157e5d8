import { getAffinity } from '../../sockets/cpu.ts';
import { check } from '../check/check.ts';
import type { CheckPlan } from '../check/plan.ts';
import { loadOf, start } from '../check/session.ts';
import type { CheckOutcome, CheckResult } from '../model/check-result.ts';
import type { ForeignServer } from '../model/configuration.ts';
import { TargetError } from '../model/errors.ts';
import { fixedSize } from '../model/message-sizes.ts';
import { placeOnCpus } from '../run/placement.ts';
import { type GatedMetric, gatedMetrics } from '../stats/gated-metrics.ts';
import { defaultLooks } from '../stats/looks.ts';
import { median } from '../stats/median.ts';

/** CPU time that each request of the original costs besides its echo: so that a share more of it can be added finely. */
const BASE_WORK_MICROS = 20;
const CALIBRATION_WINDOWS = 9;
const CALIBRATION_WINDOW_MS = 300;

/** How one check of real servers ended. */
export interface RealCheck {
  /** How much more CPU time a request of B takes, as a share. */
  readonly worseBy: number;
  /** CPU time that a request of A takes in all, in microseconds; null when a server failed before that was known. */
  readonly baseMicros: number | null;
  /** `failed`: a server did, and so there was no verdict. */
  readonly outcome: CheckOutcome | 'failed';
  readonly metrics: readonly string[];
  /** The verdict, or what failed, in a sentence. */
  readonly statement: string;
  readonly sessions: number;
  readonly seconds: number;
}

/** A server of this project that burns so much CPU time for each request. @param program the path of its command line. */
export function burningServer(program: string, name: string, workMicros: number): ForeignServer {
  const nanos = Math.round(workMicros * 1000);
  const work = `--work cpu:${nanos / 1000}us`;
  return {
    ...{ kind: 'exec', name, startLimitMs: 15_000 },
    command: `exec ${quoted(process.execPath)} ${quoted(program)} serve --model event-driven --port {port} ${work}`,
  };
}

/** How checks of real servers are held, whatever these are: all metrics gated, as `check` does without flags. */
export function planFor(connections: number, seed: number): Omit<CheckPlan, 'a' | 'b'> {
  const names = Object.keys(gatedMetrics) as GatedMetric[];
  return {
    point: {
      ...{ transport: 'tcp', app: 'echo', workload: 'request-response', connection: 'pooled', connections },
      ...{ pipelining: 1, sizes: fixedSize(64) },
    },
    gates: names.map((metric) => ({ metric, margins: gatedMetrics[metric] })),
    ...{ looks: defaultLooks, nullArm: false, confirm: false, budgetMs: null, seed, warmupMs: null, windowMs: 200 },
    ...{ timeoutMs: 2000, openTimeoutMs: 3000, threads: null, serverCpus: null, loadCpus: null },
  };
}

/** For a shell to take as one word. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A plan that holds the original against one that takes a share more CPU time for each request. */
export function realPlan(
  plan: Omit<CheckPlan, 'a' | 'b'>,
  program: string,
  baseMicros: number,
  worseBy: number,
): CheckPlan & Record<'a' | 'b', ForeignServer> {
  return {
    ...plan,
    a: burningServer(program, 'original', BASE_WORK_MICROS),
    b: burningServer(program, 'changed', BASE_WORK_MICROS + worseBy * baseMicros),
  };
}

/**
 * CPU time that a request of the original takes in all, in microseconds: the median of some windows at full load.
 * @throws {TargetError} when the kernel doesn't tell it.
 */
async function calibrate(plan: Omit<CheckPlan, 'a' | 'b'>, program: string, signal: AbortSignal): Promise<number> {
  const whole = realPlan(plan, program, 0, 0);
  const placement = placeOnCpus(getAffinity(0), whole);
  const arm = await start('a', whole, placement, signal);
  try {
    const generator = await arm.open(loadOf(whole, placement, 0, CALIBRATION_WINDOWS + 1, { seed: plan.seed }));
    await arm.window(generator, 3 * CALIBRATION_WINDOW_MS);
    const nanos: number[] = [];
    for (let i = 0; i < CALIBRATION_WINDOWS; i++) {
      const { cpuNanosPerRequest } = await arm.window(generator, CALIBRATION_WINDOW_MS);
      if (cpuNanosPerRequest === null) throw new TargetError('the CPU time of the server is not known here');
      nanos.push(cpuNanosPerRequest);
    }
    return median(nanos) / 1000;
  } finally {
    await arm.stop();
  }
}

/**
 * Measures what a request of the original takes, and holds one check against a server that takes a share more. A server
 * that fails ends this check alone: the machine may have stood still for too long.
 */
export async function holdCheck(
  plan: Omit<CheckPlan, 'a' | 'b'>,
  program: string,
  worseBy: number,
  signal: AbortSignal,
): Promise<RealCheck> {
  let baseMicros: number | null = null;
  let sessions = 0;
  let begin = performance.now();
  const observer = {
    doing: () => undefined,
    saved: (result: CheckResult) => {
      sessions = result.sessions.length;
    },
  };
  const ended = (outcome: RealCheck['outcome'], metrics: readonly string[], statement: string): RealCheck => {
    const seconds = (performance.now() - begin) / 1000;
    return { worseBy, baseMicros, outcome, metrics, statement, sessions, seconds };
  };
  try {
    baseMicros = await calibrate(plan, program, signal);
    begin = performance.now();
    const { verdict } = await check(realPlan(plan, program, baseMicros, worseBy), observer, signal);
    signal.throwIfAborted();
    return ended(verdict.outcome, verdict.metrics, verdict.statement);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return ended('failed', [], error.message);
  }
}
