import { sessionsFor } from '../stats/allocation.ts';
import { MAX_SESSIONS, PASS_ALPHA } from '../stats/looks.ts';
import type { LookVerdict, MetricDifferences, MetricFinding } from '../stats/regression.ts';
import { hodgesLehmann, walshInterval } from '../stats/walsh.ts';

/** What would most likely have decided a metric that the last look left open. */
export interface Need {
  readonly metric: string;
  /** Total number of sessions, at the scatter observed; null when it is more than any check holds. */
  readonly sessions: number | null;
  /** The budget for those sessions; null where it is not known. */
  readonly budgetMs: number | null;
}

/** Time that a check spends besides its sessions (pages and pilot), and time for one session. */
export interface Timing {
  readonly besidesMs: number;
  readonly sessionMs: number;
}

/** Probability with which the reported number of sessions decides. */
const POWER = 0.8;
/** Planned time over measured time: later sessions may take longer. */
const SPARE_TIME = 1.1;
const INTERVAL_ALPHA = 0.05;
/** Half the width of a 95 % interval, in standard errors. */
const Z_95 = 1.96;
const MINUTE_MS = 60_000;

/**
 * Returns what each open metric of the last look needs, in their order.
 * @param alpha level of that look, over all metrics.
 */
export function needsOf(
  { metrics }: LookVerdict,
  differences: readonly MetricDifferences[],
  alpha: number,
  timing: Timing,
): Need[] {
  return metrics.flatMap(({ metric, finding }, i): Need[] => {
    const of = differences[i];
    if (finding !== 'open' || of === undefined) return [];
    const sessions = sessionsToDecide(of, alpha / metrics.length);
    return [{ metric, sessions, budgetMs: sessions === null ? null : budgetFor(sessions, timing) }];
  });
}

/**
 * Returns the number of sessions that would most likely decide a metric, if its estimate is right and its scatter stays
 * the same: either to rule out the detectable margin, or to find it worse than tolerated, whichever takes fewer.
 */
function sessionsToDecide({ differences, margins }: MetricDifferences, alpha: number): number | null {
  const held = differences.length;
  const { low, high } = walshInterval(differences, INTERVAL_ALPHA);
  const deviation = ((high - low) / (2 * Z_95)) * Math.sqrt(held);
  const estimate = hodgesLehmann(differences);
  const [toPass, toFind] = [Math.log1p(margins.detected) - estimate, estimate - Math.log1p(margins.tolerated)];
  const needed = Math.min(
    toPass > 0 ? sessionsFor(deviation ** 2, toPass, PASS_ALPHA, POWER) : Number.POSITIVE_INFINITY,
    toFind > 0 && alpha > 0 ? sessionsFor(deviation ** 2, toFind, alpha, POWER) : Number.POSITIVE_INFINITY,
  );
  const sessions = Math.max(held + 2, needed);
  return sessions <= MAX_SESSIONS ? sessions : null;
}

/** Rounds up to whole minutes, for a readable command line. */
function budgetFor(sessions: number, { besidesMs, sessionMs }: Timing): number {
  return Math.ceil((besidesMs + SPARE_TIME * sessions * sessionMs) / MINUTE_MS) * MINUTE_MS;
}

/** Returns why the last look decided nothing, and what each metric needs. */
export function whyUndecided({ metrics }: LookVerdict, needs: readonly Need[]): string {
  const found = (wanted: MetricFinding['finding']) =>
    metrics.filter(({ finding }) => finding === wanted).map(({ metric }) => metric);
  const [decided, open, unknown] = [found('within'), found('open'), found('not-estimable')];
  const others = decided.length === 0 ? '' : `gate only on what was decided: --gate ${decided.join(',')}`;
  const lacking = unknown.length === 0 ? [] : [`${unknown.join(' and ')} could not be estimated in every session`];
  if (open.length === 0) return [...lacking, ...(others === '' ? [] : [others])].join(': ');
  const undecided = `in ${open.join(' and ')} it is open whether B is worse. ${whatDecides(needs)}`;
  return [...lacking, others === '' ? undecided : `${undecided}; or ${others}`].join('; ');
}

function whatDecides(needs: readonly Need[]): string {
  const each = needs.map(({ metric, sessions }) =>
    sessions === null ? `more than ${MAX_SESSIONS} sessions for ${metric}` : `about ${sessions} sessions for ${metric}`,
  );
  const takes = `At this scatter, a decision takes ${each.join(', ')}`;
  if (needs.some(({ sessions }) => sessions === null))
    return `${takes}: use a calmer machine, or wider margins (--gate)`;
  return `${takes}: --budget ${Math.max(...needs.map(({ budgetMs }) => budgetMs ?? 0)) / MINUTE_MS}m`;
}
