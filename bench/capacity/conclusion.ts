import type { Capacity, CapacityStep } from '../model/capacity.ts';
import type { Reason, Trial } from '../model/trial.ts';
import { micros, whole } from '../run/amounts.ts';
import { boundsOf, of, PROFILE_SHARES } from './search.ts';

/** A step that was run, and its trial. */
export interface RunStep extends CapacityStep {
  readonly trial: Trial;
}

/** How a search ended: `done`, or what cut it short; `running` while it has not ended. */
export type SearchEnd = 'done' | 'running' | 'unmeasured' | 'budget' | 'failure' | 'interruption';

type Bracket = Pick<Capacity, 'outcome' | 'confirmed' | 'refuted' | 'limit'>;

type Conclusion = Bracket & Pick<Capacity, 'steps' | 'profile' | 'notes'>;

/** With fewer response times, fewer than ten are above the 99th percentile. */
const MIN_RESPONSES = 1000;

/** Returns what a search has found, also while it is running. Pure. */
export function conclude(steps: readonly RunStep[], end: SearchEnd): Conclusion {
  const bracket = bracketOf(steps, end);
  return {
    ...bracket,
    steps: steps.map(({ trial: _, ...step }) => step),
    profile: of(steps, 'profile').map(({ rate, trial }, i) => ({
      share: PROFILE_SHARES[i] ?? 0,
      rate,
      p50Micros: trial.latencyMicros.response.p50,
      p99Micros: trial.latencyMicros.response.p99,
      cpuMicrosPerRequest: trial.server?.cpuMicrosPerRequest ?? null,
    })),
    notes: notesOn(steps, bracket),
  };
}

function bracketOf(steps: readonly RunStep[], end: SearchEnd): Bracket {
  const stop = end === 'done' || end === 'running' ? null : end;
  const { kept, broken } = boundsOf(of(steps, 'confirm'));
  if (kept) {
    const refuted = missedRate(broken);
    const confirmed = kept.rate;
    if (refuted !== null) return { outcome: 'bracketed', confirmed, refuted, limit: stop };
    const unbroken = end === 'done' ? 'highest-rate' : null;
    return { outcome: 'at-least', confirmed, refuted, limit: stop ?? (broken ? 'generator' : unbroken) };
  }
  const lowest = boundsOf(steps).broken;
  const refuted = missedRate(lowest);
  if (end === 'done' && refuted !== null) return { outcome: 'none', confirmed: null, refuted, limit: null };
  const limited = lowest?.finding === 'limited' ? 'generator' : null;
  return { outcome: 'unknown', confirmed: null, refuted, limit: stop ?? limited };
}

function missedRate(step: RunStep | undefined): number | null {
  return step?.finding === 'missed' ? step.rate : null;
}

function notesOn(steps: readonly RunStep[], { outcome, confirmed, limit }: Bracket): Reason[] {
  const confirmations = of(steps, 'confirm');
  const { kept } = boundsOf(confirmations);
  const [first] = confirmations;
  const notes: Reason[] = limit === null ? [] : [LIMITS[limit]];
  if (kept && first && kept.rate < first.rate) {
    notes.push({
      code: 'stepped-down',
      message:
        `short trials kept ${whole(first.rate)} requests/s, but a whole confirmation window did not: the rate was ` +
        `lowered to ${whole(kept.rate)}; raise --duration for more reliable short trials`,
    });
  }
  const responses = kept?.trial.latencyMicros.response.count ?? Number.POSITIVE_INFINITY;
  if (confirmed !== null && responses < MIN_RESPONSES) {
    notes.push({
      code: 'few-responses',
      message:
        `only ${whole(responses)} requests were answered in the confirmation window, so fewer than ten are above ` +
        'the 99th percentile: raise --confirm',
    });
  }
  const broken = kept ? steps.filter(({ rate, finding }) => rate < kept.rate && finding !== 'met').length : 0;
  if (broken > 0) {
    notes.push({
      code: 'unsteady',
      message:
        `${broken} of ${steps.length} trials did not keep every objective, although their rates were below the ` +
        'confirmed one: the machine or the target is unsteady, and so is the bracket; search again when the machine ' +
        'is calmer',
    });
  }
  const lowest = outcome === 'none' ? boundsOf(steps).broken : undefined;
  if (lowest) notes.push(noRate(lowest));
  const shown = kept ?? lowest;
  return [...notes, ...(shown ? doubtsOf(shown) : [])];
}

/** Explains that no rate was kept: where the median is short, the machine is a likelier cause than the target. */
function noRate({ rate, trial }: RunStep): Reason {
  const { count, p50 } = trial.latencyMicros.response;
  const half = count > 0 ? `, where half of the responses took ${micros(p50)} or less` : '';
  return {
    code: 'no-rate',
    message:
      `no rate was kept, down to ${whole(rate)} requests/s${half}: if an objective allows for much more, other programs ` +
      'on this machine are a likelier cause than the target (`sockbench doctor` reports its load average); search ' +
      'again when the machine is calmer',
  };
}

/** Returns the doubts about a trial that are not among the reasons for its finding. */
function doubtsOf({ trial, reasons }: RunStep): Reason[] {
  return trial.validity.reasons.filter(({ code }) => !reasons.some((reason) => reason.code === code));
}

const LIMITS = {
  generator: {
    code: 'generator-limit',
    message:
      'the generator was the limit, so the limit of the target itself is not known; add --threads or --load-cpus ' +
      'where there are CPUs for them, or generate the load on another machine',
  },
  'highest-rate': {
    code: 'highest-rate',
    message: 'no higher rate can be offered',
  },
  unmeasured: {
    code: 'unmeasured',
    message:
      'requests were answered, but the value that an objective bounds was not measured, and other rates would not ' +
      'change that: bound something else with --slo',
  },
  budget: {
    code: 'budget',
    message: 'the time for the search ended before the search did: raise --budget, or search fewer targets at once',
  },
  failure: {
    code: 'search-failed',
    message: 'the search ended when a trial failed, see below',
  },
  interruption: {
    code: 'search-interrupted',
    message: 'the search was interrupted',
  },
} as const satisfies Record<NonNullable<Capacity['limit']>, Reason>;
