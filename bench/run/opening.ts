import type { LoadGenerator } from '../load/load-generator.ts';
import type { OpeningReport } from '../load/thread-report.ts';
import { parseWork } from '../model/request-work.ts';
import { Idleness } from './idleness.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';
import { meterOf } from './server-meter.ts';

/** How long a built-in model may be idle while connections wait: many times what starting a thread takes. */
const IDLE_MS = 600;
const LOOK_MS = 150;

/**
 * Resolves when every connection was opened and answered, or when opening is given up. That is after the configured
 * time without an answer, or earlier when some connections were answered and the server has been idle for a while since
 * (see IdleWatch of load/engines/idle-watch.ts). A
 * server that is not built in may wait for something else, so it always has the full time.
 */
export async function opened(spec: TrialSpec, target: RunningTarget, generator: LoadGenerator): Promise<OpeningReport> {
  if (spec.target.kind !== 'model') return generator.opened();
  const meter = meterOf(target);
  let used = (await meter.read('livingCpuNanos')).livingCpuNanos ?? 0;
  const waits = Math.max(0, ...(spec.work === null ? [] : parseWork(spec.work)).map(({ ioNanos }) => ioNanos / 1e6));
  const idleness = new Idleness(IDLE_MS + 2 * waits, () => used, performance.now());
  const look = async () => {
    used = (await meter.read('livingCpuNanos')).livingCpuNanos ?? 0;
    if (idleness.lasts(performance.now())) generator.foundIdle();
  };
  // A target that cannot be read any more is reported by its `died`.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  try {
    return await generator.opened();
  } finally {
    clearInterval(timer);
  }
}
