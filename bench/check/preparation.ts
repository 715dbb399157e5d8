import { getAffinity } from '../../sockets/cpu.ts';
import { ConfigurationError } from '../model/errors.ts';
import { allowOpenFiles } from '../run/open-files.ts';
import { type Placement, placeOnCpus } from '../run/placement.ts';
import { type CheckPlan, checkFaults, isPaced } from './plan.ts';

/**
 * Makes ready for a check: enough open files, and CPUs for both sides.
 * @throws {ConfigurationError} when there are not enough, or the plan could decide nothing.
 */
export function prepareCheck(plan: CheckPlan): Placement {
  const faults = checkFaults(plan);
  if (faults.length > 0) throw new ConfigurationError(faults);
  allowOpenFiles(plan.point.connections, setsOfConnections(plan));
  return placeOnCpus(getAffinity(0), plan);
}

/** A session holds those of all programs at once, and of each one set for full load and one for the common rate. */
function setsOfConnections({ nullArm, gates }: CheckPlan): number {
  return (nullArm ? 3 : 2) * (gates.some(({ metric }) => isPaced(metric)) ? 2 : 1);
}
