import type { CheckOutcome } from '../model/check-result.ts';
import type { AgentError } from '../model/errors.ts';
import type { Need } from './open-metrics.ts';

/** How a series of sessions ended. */
export interface SeriesEnd {
  readonly outcome: CheckOutcome;
  readonly metrics: readonly string[];
  readonly why?: string;
  /** The verdict as a sentence, where the usual one does not fit. */
  readonly statement?: string;
  /** Undecided series only: what would have decided each open metric. */
  readonly needs?: readonly Need[];
}

export const OUT_OF_TIME: SeriesEnd = {
  outcome: 'inconclusive',
  metrics: [],
  why: 'the time budget ended before anything was decided',
};

/** A load without one of its agents is another load, for both programs: nothing that was found before is a verdict. */
export function withoutAgent({ message }: AgentError): SeriesEnd {
  return { outcome: 'invalid', metrics: [], why: message };
}

/** Combines a regression with the result of the second series that was to confirm it. */
export function afterConfirmation(found: SeriesEnd, again: SeriesEnd): SeriesEnd {
  const agreed = again.metrics.filter((metric) => found.metrics.includes(metric));
  if (again.outcome === 'regressed' && agreed.length > 0) return { outcome: 'regressed', metrics: agreed };
  // A series that was cut short refutes nothing.
  const cut = again === OUT_OF_TIME || again.outcome === 'invalid' || again.outcome === 'unsteady';
  return cut
    ? { ...found, outcome: 'suspected', why: `The second series could not confirm it: ${again.why ?? again.outcome}` }
    : { outcome: 'inconclusive', metrics: [], why: 'the regression that the check found was not confirmed' };
}

/**
 * Returns what a check found, as a sentence.
 * @param dropped metrics whose gates were dropped because they could not be measured.
 */
export function statementOf({ outcome, metrics, why, statement }: SeriesEnd, dropped: readonly string[] = []): string {
  if (statement !== undefined) return statement;
  const reason = why === undefined ? '' : `: ${why}`;
  switch (outcome) {
    case 'regressed':
      return `REGRESSED: B is worse than A in ${metrics.join(', ')}, and a second series of sessions confirmed it.`;
    case 'suspected':
      return `REGRESSED (suspected): B is worse than A in ${metrics.join(', ')}. ${why ?? 'To be sure, run it again with --confirm, preferably on another machine'}.`;
    case 'unsteady':
      return `UNSTEADY${reason}, so there is no verdict.`;
    case 'invalid':
      return `INVALID${reason}.`;
    case 'inconclusive':
      return `INCONCLUSIVE${reason}.`;
    default:
      return dropped.length === 0
        ? 'PASS: B is not worse than A by the margin that must be found, in any metric.'
        : `PASS: B is not worse than A by the margin that must be found, in any metric that was measured; ${dropped.join(' and ')} could not be measured, see below.`;
  }
}
