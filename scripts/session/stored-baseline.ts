import type { CheckPlan, HeldBaseline } from '../../bench/check/plan.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import { NotComparableError } from '../../bench/model/errors.ts';
import type { BaselineRun, StoredBaseline } from '../../bench/model/stored-baseline.ts';
import { orMisconfigured } from './or-misconfigured.ts';

/**
 * Reads the recorded runs of a file, for a run of this plan that is compared with them or added to them.
 * @param record whether the run is to be added; the file need not exist then.
 * @throws {NotComparableError} when the plan or this machine differs from the recorded runs; names every difference.
 * @throws {ResultFileError} when the file can't be read.
 * @throws {ConfigurationError} when the file can't be written.
 */
export async function openBaseline(plan: CheckPlan, file: string, record: boolean): Promise<HeldBaseline> {
  const [{ hasBaseline, readBaseline }, { fingerprintDifferences }, now] = await Promise.all([
    import('../../reports/files/baseline.ts'),
    import('../../bench/check/fingerprint.ts'),
    emptyHere(plan),
  ]);
  if (record && !orMisconfigured(() => hasBaseline(file), '--baseline')) return { file, record, stored: now };
  const stored = readBaseline(file);
  const differences = fingerprintDifferences(stored, now);
  if (differences.length > 0) {
    const what = `the runs in ${file} can't be compared with a run here, because these differ:`;
    throw new NotComparableError(what, [...differences, 'record new runs into another file']);
  }
  return { file, record, stored };
}

async function emptyHere(plan: CheckPlan): Promise<StoredBaseline> {
  const [{ emptyBaseline }, { prepareCheck }, { describeEnvironment }] = await Promise.all([
    import('../../bench/check/fingerprint.ts'),
    import('../../bench/check/preparation.ts'),
    import('../../bench/measure/environment.ts'),
  ]);
  return emptyBaseline(plan, prepareCheck(plan), describeEnvironment());
}

/** Adds the run to the file if its outcome is `recorded`. @throws {ConfigurationError} when that can't be written. */
export async function recordRun({ file, stored }: HeldBaseline, result: CheckResult): Promise<void> {
  if (result.verdict.outcome !== 'recorded') return;
  const { writeBaseline } = await import('../../reports/files/baseline.ts');
  const run = runOf(result);
  orMisconfigured(() => writeBaseline(file, { ...stored, runs: [...stored.runs, run] }), '--baseline');
}

function runOf({ startedAt, environment, plan, baseline }: CheckResult): BaselineRun {
  const lnRatios = Object.fromEntries(baseline?.metrics.map(({ metric, run }) => [metric, run]) ?? []);
  const { b: command, seed, page } = plan;
  return { startedAt, sockbench: environment.sockbench, command, seed, ...(page !== undefined && { page }), lnRatios };
}
