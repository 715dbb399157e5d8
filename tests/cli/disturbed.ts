import { type CheckResult, checkResultSchema } from '../../bench/model/check-result.ts';
import type { Outcome } from './built-program.ts';

/** Why a test of a check's verdict is skipped when {@link Checked.disturbed}, which can happen on any machine. */
export const STOLEN = 'a hypervisor took the CPU time of so many sessions that the check decides nothing';

interface Checked {
  readonly code: number | null;
  readonly result: CheckResult;
  /** Whether the check is invalid because too many sessions were excluded. */
  readonly disturbed: boolean;
}

/** Parses the output of a check that prints JSON. */
export function checked({ code, stdout, stderr }: Outcome): Checked {
  if (stdout === '') throw new Error(`the check ended with ${code} and no result: ${stderr}`);
  const result = checkResultSchema.parse(JSON.parse(stdout));
  const excluded = result.sessions.filter((session) => session.excluded !== null).length;
  return { code, result, disturbed: excluded > 0 && result.verdict.outcome === 'invalid' };
}
