import { gatedMetrics } from '../stats/gated-metrics.ts';
import { defaultLooks } from '../stats/looks.ts';
import { type LookVerdict, lookAt, type MetricDifferences } from '../stats/regression.ts';
import type { SimulatedCheck } from './design.ts';
import { traits } from './trace.ts';

/** How a simulated check ended, and after how many sessions. */
export interface Outcome {
  readonly verdict: 'regressed' | 'pass' | 'inconclusive';
  readonly sessions: number;
}

/** Runs a simulated check until it is decided, at the looks of a real one. */
export function runCheck(check: SimulatedCheck): Outcome {
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
  for (const [i, look] of defaultLooks.entries()) {
    for (; sessions < look.sessions; sessions++) {
      check.session().forEach((difference, metric) => {
        differences[metric]?.push(difference);
      });
    }
    verdict = lookAt(metrics, look, i === defaultLooks.length - 1).verdict;
    if (verdict !== 'continue') break;
  }
  return { verdict: verdict === 'continue' ? 'inconclusive' : verdict, sessions };
}
