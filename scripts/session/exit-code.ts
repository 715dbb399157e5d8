import type { Capacity } from '../../bench/model/capacity.ts';
import type { CheckOutcome } from '../../bench/model/check-result.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { type Result, SCHEMA } from '../../bench/model/result.ts';
import type { Saved } from '../../reports/files/saved.ts';

/** Exit codes of a check that was not interrupted. */
const OF_OUTCOME = {
  pass: EXIT.ok,
  regressed: EXIT.regressed,
  suspected: EXIT.regressed,
  inconclusive: EXIT.inconclusive,
  unsteady: EXIT.inconclusive,
  invalid: EXIT.inconclusive,
  advisory: EXIT.inconclusive,
  recorded: EXIT.ok,
} as const satisfies Record<CheckOutcome, number>;

/** Returns the exit code of a command that measured. */
export function exitCode(saved: Saved): number {
  if (saved.interrupted) return EXIT.interrupted;
  return saved.schema === SCHEMA ? trialsExitCode(saved) : OF_OUTCOME[saved.verdict.outcome];
}

function trialsExitCode({ failures, trials, thresholds = [], capacity }: Result): number {
  if (failures.length > 0) return EXIT.targetFailed;
  if (capacity) return capacityExitCode(capacity);
  if (thresholds.some(({ kept }) => !kept)) return EXIT.regressed;
  // Part of what was requested is not known.
  if (trials.some(({ secondOpinionFailure }) => secondOpinionFailure !== undefined)) return EXIT.inconclusive;
  const invalid = trials.filter(({ validity }) => validity.verdict === 'invalid').length;
  // Without thresholds, one valid trial suffices. With thresholds, every trial must be valid: an invalid trial does not
  // show that a threshold holds.
  const mostInvalid = thresholds.length > 0 ? 0 : trials.length - 1;
  return invalid > mostInvalid ? EXIT.inconclusive : EXIT.ok;
}

/** A target that kept its objectives at no rate is a definite result, and outranks targets with unknown capacity. */
function capacityExitCode(capacities: readonly Capacity[]): number {
  if (capacities.some(({ outcome }) => outcome === 'none')) return EXIT.regressed;
  const isUnknown = ({ outcome, limit }: Capacity) => outcome === 'unknown' || limit === 'unmeasured';
  return capacities.some(isUnknown) ? EXIT.inconclusive : EXIT.ok;
}
