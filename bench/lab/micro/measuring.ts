import { Bench, type Task } from 'tinybench';
import { nowNanos } from '../../measure/clock.ts';
import type { HotPath } from './hot-path.ts';

const saturations: Readonly<Record<string, string>> = {
  'zero-dominated': 'the clock measured most samples as 0: it is too coarse for them',
  'zero-mad': 'the clock measured the same time for most samples: it is too coarse to distinguish them',
  'low-distinct': 'the clock measured few different times: it is too coarse to distinguish the samples',
};

/** How long one call of a hot path takes. */
export interface MicroResult {
  readonly name: string;
  readonly summary: string;
  /** Samples, each the mean of {@link callsPerSample} calls. */
  readonly samples: number;
  readonly callsPerSample: number;
  readonly medianNanos: number;
  readonly p99Nanos: number;
  /** 99 % margin of error of the mean, as a share of the mean. */
  readonly marginOfError: number;
  /** Warnings of tinybench, such as about a clock that is too coarse. */
  readonly warnings: readonly string[];
}

/**
 * Approximate length of a sample: a thousand times the cost of reading the clock, and short compared with a time slice.
 */
const SAMPLE_NANOS = 50_000;

/**
 * Measures a hot path with tinybench. A call takes less time than reading the clock, so each sample is the mean of many
 * calls in a row.
 * @param durationMs measured time, after a quarter of it for V8 to compile.
 */
export async function measureHotPath(path: HotPath, durationMs: number): Promise<MicroResult> {
  const prepared = path.prepare();
  try {
    const calls = callsIn(SAMPLE_NANOS, prepared.repeat);
    const bench = new Bench({ time: durationMs, warmupTime: durationMs / 4, throws: true });
    const warnings: string[] = [];
    bench.addEventListener('warning', ({ reason }) => warnings.push(saturations[reason ?? ''] ?? `${reason}`));
    bench.add(path.name, () => prepared.repeat(calls));
    const [task] = await bench.run();
    return { name: path.name, summary: path.summary, warnings, ...statisticsOf(task, calls) };
  } finally {
    prepared.release?.();
  }
}

/** How long a hot path is called before the calls of a sample are counted, so that V8 compiles it. */
const COMPILING_NANOS = 30e6;

/** Returns how many calls take about the given time. */
function callsIn(nanos: number, repeat: (times: number) => number): number {
  const begin = nowNanos();
  let fastest = Number.POSITIVE_INFINITY;
  for (let now = begin; now - begin < COMPILING_NANOS; ) {
    repeat(64);
    const after = nowNanos();
    fastest = Math.min(fastest, (after - now) / 64);
    now = after;
  }
  return 2 ** Math.min(24, Math.max(0, Math.ceil(Math.log2(nanos / fastest))));
}

function statisticsOf(task: Task | undefined, calls: number): Omit<MicroResult, 'name' | 'summary' | 'warnings'> {
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`tinybench ended ${task?.name} in state ${result?.state}`);
  const { latency } = result;
  return {
    samples: latency.samplesCount,
    callsPerSample: calls,
    medianNanos: (latency.p50 * 1e6) / calls,
    p99Nanos: (latency.p99 * 1e6) / calls,
    marginOfError: latency.rme / 100,
  };
}
