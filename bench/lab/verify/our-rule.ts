import { gatedMetrics } from '../../stats/gated-metrics.ts';
import { ALPHA, type Look, lookSizes, planLooks } from '../../stats/looks.ts';
import { type LookVerdict, lookAt, type MetricDifferences } from '../../stats/regression.ts';
import type { SimulatedCheck } from './design.ts';
import { traits } from './trace.ts';

/** How a simulated check ended, and after how many sessions. */
export interface Outcome {
  readonly verdict: 'regressed' | 'pass' | 'inconclusive';
  readonly sessions: number;
}

/** Returns the looks of a check whose budget allows the given number of sessions, as in a real check. */
export function looksFor(sessions: number): readonly Look[] {
  return planLooks(lookSizes(sessions), traits.length, ALPHA);
}

/**
 * Runs a simulated check until it is decided.
 * @param judge how a look decides; another function than that of a real check leaves out a part of it.
 */
export function runCheck(
  check: Pick<SimulatedCheck, 'session'>,
  looks: readonly Look[],
  judge: typeof lookAt = lookAt,
): Outcome {
  const differences = traits.map((): number[] => []);
  const metrics = traits.map(
    ({ metric }, i): MetricDifferences => ({
      metric,
      margins: gatedMetrics[metric],
      differences: differences[i] as number[],
    }),
  );
  let sessions = 0;
  let verdict: LookVerdict['verdict'] = 'continue';
  for (const [i, look] of looks.entries()) {
    for (; sessions < look.sessions; sessions++) {
      check.session().forEach((difference, metric) => {
        differences[metric]?.push(difference);
      });
    }
    verdict = judge(metrics, look, i === looks.length - 1).verdict;
    if (verdict !== 'continue') break;
  }
  return { verdict: verdict === 'continue' ? 'inconclusive' : verdict, sessions };
}
