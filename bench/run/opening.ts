import { processCpuNanos, threadCpuNanos } from '../../sockets/os/cpu.ts';
import type { OpeningReport } from '../load/engine.ts';
import type { Generator } from '../load/generator.ts';
import { parseWork } from '../model/request-work.ts';
import { Idleness, treeCpuNanos } from './idleness.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';

/** How long a built-in model may be idle while connections wait: many times what starting a thread takes. */
const IDLE_MS = 600;
const LOOK_MS = 150;
/**
 * CPU time of load threads counts for this part only. Waiting threads use some, for time-outs: 1 ms in 150 ms with echo,
 * 8 ms with HTTP; threads that open connections use all that they get.
 */
const LOAD_CPU_DIVISOR = 30;

/**
 * Resolves when every connection was opened and answered, or when opening is given up. That is after the configured
 * time without an answer, or earlier when some connections were answered, and both the server and the load threads have
 * been idle for a while: as long as these have something to do, connections may still be opened, on a busy machine late. A
 * server that is not built in may wait for something else, so it always has the full time.
 */
export async function opened(spec: TrialSpec, target: RunningTarget, generator: Generator): Promise<OpeningReport> {
  const { pids } = target;
  if (spec.target.kind !== 'model' || pids === null) return generator.opened();
  const waits = Math.max(0, ...(spec.work === null ? [] : parseWork(spec.work)).map(({ ioNanos }) => ioNanos / 1e6));
  const idleness = new Idleness(
    IDLE_MS + 2 * waits,
    () => treeCpuNanos(pids()) + loadThreadsCpuNanos() / LOAD_CPU_DIVISOR,
    performance.now(),
  );
  const timer = setInterval(() => {
    if (idleness.lasts(performance.now())) generator.giveUpOpening();
  }, LOOK_MS);
  try {
    return await generator.opened();
  } finally {
    clearInterval(timer);
  }
}

/** Returns the CPU time of this process's threads except the calling one: of the load threads, during a trial. */
function loadThreadsCpuNanos(): number {
  return (processCpuNanos(process.pid) ?? 0) - threadCpuNanos();
}
