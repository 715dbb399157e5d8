import { type CheckResult, checkResultSchema } from '../../bench/model/check-result.ts';
import type { sockbench } from './program.ts';

/** How often a check is held at most, until the machine leaves it alone. */
const ATTEMPTS = 3;

/** What a check that prints JSON found, held again when it had to exclude sessions: a hypervisor took their CPU time. */
export async function undisturbed(
  check: () => ReturnType<typeof sockbench>,
): Promise<{ readonly code: number | null; readonly result: CheckResult }> {
  for (let attempt = 1; ; attempt++) {
    const { code, stdout } = await check();
    const result = checkResultSchema.parse(JSON.parse(stdout));
    if (attempt === ATTEMPTS || result.sessions.every(({ excluded }) => excluded === null)) return { code, result };
  }
}
