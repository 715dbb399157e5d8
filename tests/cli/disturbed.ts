import { type CheckResult, checkResultSchema } from '../../bench/model/check-result.ts';
import type { Outcome } from './program.ts';

/** Why a test of a check's verdict is skipped, when {@link Checked.disturbed}: no machine can rule that out. */
export const STOLEN =
  'the check decides nothing here: a hypervisor took the CPU time of too many sessions, or other work changed the speed within them';

interface Checked {
  readonly code: number | null;
  readonly result: CheckResult;
  /** Was the verdict that too many sessions had to be excluded, or that speed changed within them? */
  readonly disturbed: boolean;
}

/** What a check that prints JSON found. */
export function checked({ code, stdout }: Outcome): Checked {
  const result = checkResultSchema.parse(JSON.parse(stdout));
  const excluded = result.sessions.filter((session) => session.excluded !== null).length;
  const { outcome } = result.verdict;
  return { code, result, disturbed: outcome === 'unsteady' || (excluded > 0 && outcome === 'invalid') };
}
