import { stateCapacities } from '../../bench/capacity/statements.ts';
import type { Capacity } from '../../bench/model/capacity.ts';
import { type Result, SCHEMA } from '../../bench/model/result.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { withScaling } from '../../bench/run/scaling/analysis.ts';
import { stateVerdict } from '../../bench/run/verdict.ts';
import { FAMILY_ALPHA, LOOK_ALPHA } from '../../bench/stats/ranking.ts';
import { formatPlural } from '../text/quantities.ts';
import type { Saved } from './saved.ts';

/**
 * Completes the results of a run that was killed, as read from its journal: recomputes what follows from the completed
 * trials, and adds a warning that trials are missing.
 */
export function recovered(saved: Saved): Saved {
  if (saved.schema !== SCHEMA) return withWarning(saved, formatPlural(saved.sessions.length, 'session'));
  return concluded(withWarning(saved, formatPlural(saved.trials.length, 'trial')));
}

function concluded(result: Result): Result {
  const { plan, trials, capacity } = result;
  if (capacity !== undefined) {
    const ended = capacity.map(interrupted);
    return { ...result, capacity: ended, verdict: { statements: stateCapacities(ended, plan.capacity?.slos ?? []) } };
  }
  const comparison = compareTargets(trials, plan.budgetSeconds === undefined ? FAMILY_ALPHA : LOOK_ALPHA);
  const compared = { ...result, comparison, verdict: stateVerdict(comparison) };
  return plan.command === 'scale' ? withScaling(compared) : compared;
}

/** A search without another limit was still running, unless it had found its result. */
function interrupted(capacity: Capacity): Capacity {
  const { outcome, limit } = capacity;
  const isOpen = limit === null && (outcome === 'at-least' || outcome === 'unknown');
  return isOpen ? { ...capacity, limit: 'interruption' } : capacity;
}

function withWarning<S extends Saved>(saved: S, finished: string): S {
  const message = `this run was killed before it saved its results: they cover the ${finished} that it completed`;
  return { ...saved, interrupted: true, warnings: [...saved.warnings, { code: 'killed', message }] };
}
