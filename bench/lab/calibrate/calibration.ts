import { getAffinity } from '../../../sockets/os/cpu.ts';
import { TargetError } from '../../model/errors.ts';
import type { RunObserver } from '../../run/observer.ts';
import { run } from '../../run/runner.ts';
import { whileRunning } from '../../run/while-running.ts';
import { type CalibrationCase, type CalibrationReading, calibrationRun } from './cases.ts';
import { startImpairingServer } from './impairing-server.ts';

/**
 * Compares what the instrument reports with what a server injects that impairs its replies in a known way. Server and
 * load each run on a CPU of their own where there are two.
 * @throws {TargetError} when nothing could be measured; an AbortError when it was aborted.
 */
export async function calibrateCase(
  each: CalibrationCase,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<CalibrationReading[]> {
  const [first, ...others] = getAffinity(0);
  const apart = first !== undefined && others.length > 0;
  const options = { transport: each.transport, cpus: apart ? [first] : [] };
  return whileRunning(startImpairingServer(each.impairments, options), async (server) => {
    const { trials, failures } = await run(
      calibrationRun(each, server.address, apart ? others.slice(0, 1) : []),
      observer,
      signal,
    );
    signal.throwIfAborted();
    const [trial] = trials;
    if (trial === undefined) throw new TargetError(`${each.name}: ${failures[0]?.message ?? 'nothing was measured'}`);
    return each.read(trial, server.injected());
  });
}
