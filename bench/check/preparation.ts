import { getAffinity } from '../../sockets/os/cpu.ts';
import { ConfigurationError } from '../model/errors.ts';
import { allowOpenFiles } from '../run/open-files.ts';
import { type Placement, placeOnCpus } from '../run/placement.ts';
import { type CheckPlan, checkFaults } from './plan.ts';

/**
 * Prepares a check: raises the limit of open files and assigns CPUs to servers and load.
 * @throws {ConfigurationError} when there are not enough of them, or the plan cannot decide anything.
 */
export function prepareCheck(plan: CheckPlan): Placement {
  const faults = checkFaults(plan);
  if (faults.length > 0) throw new ConfigurationError(faults);
  // A session holds connections to all programs at once.
  allowOpenFiles(plan.point.connections, plan.nullArm ? 3 : 2);
  return placeOnCpus(getAffinity(0), plan);
}
