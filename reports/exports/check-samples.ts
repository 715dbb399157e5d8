import type { CheckResult } from '../../bench/model/check-result.ts';
import type { Sample } from './sample.ts';

/** How much worse B is by a metric, as shares; null where unknown. */
export interface GateEffect {
  readonly metric: string;
  readonly finding: string;
  readonly change: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly tolerated: number;
  readonly detected: number;
  /** The smallest change that these sessions would have found; null where it is not known. */
  readonly detectable: number | null;
}

/**
 * Returns what the last look of a check found for each gate. Against recorded runs: how much worse the server is than
 * in these, and the interval in which that would lie for the same server.
 */
export function gateEffects({ baseline, looks }: CheckResult): GateEffect[] {
  if (baseline === undefined) {
    return (looks.at(-1)?.metrics ?? []).map(({ interval, minimumDetectable: detectable, ...effect }) => {
      const { metric, finding, change, tolerated, detected } = effect;
      return { ...{ metric, finding, change, tolerated, detected }, ...{ ...lowHigh(interval), detectable } };
    });
  }
  return baseline.metrics.map(({ metric, finding, mean, run, halfWidth, tolerated, detected }) => {
    const change = mean === null || run === null ? null : Math.expm1(run - mean);
    const [low, high] = halfWidth === null ? [null, null] : [Math.expm1(-halfWidth), Math.expm1(halfWidth)];
    return { metric, finding, change, low, high, tolerated, detected, detectable: null };
  });
}

function lowHigh({ low, high }: { readonly low: number | null; readonly high: number | null }) {
  return { low, high };
}

/** Returns the numbers of a check: of each gate, the effect, its interval and its margins, and the outcome. */
export function checkSamples(result: CheckResult): Sample[] {
  const effects = gateEffects(result);
  const share = { unit: 'share', worse: 'more', counts: false } as const;
  const ofEach = (name: string, summary: string, read: (effect: GateEffect) => number | null): Sample[] =>
    effects.flatMap((effect) => {
      const value = read(effect);
      if (value === null) return [];
      const { low, high } = name === 'check.change' ? effect : { low: null, high: null };
      return [{ ...share, name, summary, labels: { metric: effect.metric }, value, low, high }];
    });
  const outcome = { outcome: result.verdict.outcome };
  const flag = {
    name: 'check.outcome',
    summary: 'outcome of the check: 1 for the one in the label',
    unit: 'count',
  } as const;
  return [
    ...ofEach('check.change', 'how much worse B is than A; negative: better', ({ change }) => change),
    ...ofEach('check.changeLow', 'low end of the interval of the change', ({ low }) => low),
    ...ofEach('check.changeHigh', 'high end of the interval of the change', ({ high }) => high),
    ...ofEach('check.tolerated', 'change that is tolerated', ({ tolerated }) => tolerated),
    ...ofEach('check.detected', 'change that must be found', ({ detected }) => detected),
    ...ofEach(
      'check.detectable',
      'smallest change that these sessions would have found',
      ({ detectable }) => detectable,
    ),
    { ...flag, worse: null, counts: false, labels: outcome, value: 1, low: null, high: null },
  ];
}
