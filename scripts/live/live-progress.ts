import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import { formatPlural, formatSeconds } from '../../reports/text/quantities.ts';
import type { LiveState } from './live-state.ts';

/** How far a measurement has come. */
export interface LiveProgress {
  /** What was started, and how far it has come: `bench, trial 3 of 96`. */
  readonly title: string;
  /** What happens now. */
  readonly doing: string;
  /** Share that is done, 0 to 1; null when it is not known. */
  readonly share: number | null;
  /** Time left, in words; null when it is not known. */
  readonly left: string | null;
}

/** Time of a trial besides its warm-up and the time measured, before any trial has shown it. */
const USUAL_OVERHEAD_SECONDS = 0.5;

/** @param now seconds since the measurement started. */
export function progressOf(state: LiveState, now: number): LiveProgress {
  const { result, step, ended } = state;
  if (result === null) return { title: 'sockbench', doing: 'starting', share: null, left: null };
  const progress =
    result.schema === CHECK_SCHEMA ? ofCheck(result, step ?? 'starting', now) : ofTrials(state, result, now);
  return ended === null ? progress : { title: progress.title, doing: 'ended', share: 1, left: null };
}

function ofTrials({ trial }: LiveState, result: Result, now: number): LiveProgress {
  const { plan, trials, failures } = result;
  const total = trial?.total ?? null;
  const finished = trials.length + failures.length;
  const number = trial?.number ?? 1;
  const title = `${plan.command}, trial ${number}${total === null ? '' : ` of ${total}`}`;
  const doing = trial === null ? 'starting' : describe(trial);
  if (trial === null || total === null) return { title, doing, share: null, left: mostLeft(result, now) };
  const isRunning = number > finished;
  const usual =
    finished > 0
      ? (isRunning ? trial.seconds : now) / finished
      : plan.warmupSeconds + plan.durationSeconds + USUAL_OVERHEAD_SECONDS;
  const spent = isRunning ? Math.min(1, (now - trial.seconds) / usual) : 0;
  const share = Math.min(1, (finished + spent) / total);
  return { title, doing, share, left: formatSeconds(Math.max(1, Math.round(usual * (total - finished - spent)))) };
}

/** A search ends when its budget does, or earlier. */
function mostLeft({ plan }: Result, now: number): string | null {
  if (plan.capacity === undefined) return null;
  return `at most ${formatSeconds(Math.max(1, Math.round(plan.capacity.budgetSeconds - now)))}`;
}

function describe({ target, round, point, phase }: NonNullable<LiveState['trial']>): string {
  const { transport, connections, work, rate, cpus } = point;
  const details = [
    `${target}, ${point.app} over ${transport}`,
    formatPlural(connections, 'connection'),
    ...(work === null ? [] : [`work ${work}`]),
    ...(cpus === undefined ? [] : [formatPlural(cpus, 'CPU')]),
    ...(rate === null ? [] : [`${Math.round(rate)} requests/s`]),
    `round ${round}`,
  ];
  return `${details.join(', ')}: ${phase}`;
}

function ofCheck({ pace, sessions, plan }: CheckResult, step: string, now: number): LiveProgress {
  const last = pace?.looks?.at(-1)?.sessions;
  const held = sessions.length;
  const title = `check, ${formatPlural(held, 'session')}${last === undefined ? '' : ` of at most ${last}`}`;
  const budget = plan.budgetMs === null ? null : plan.budgetMs / 1000;
  const share = last === undefined ? null : Math.min(1, held / last);
  const left = budget === null ? null : `at most ${formatSeconds(Math.max(1, Math.round(budget - now)))}`;
  return { title, doing: step, share, left };
}
