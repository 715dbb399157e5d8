import { quickest, sessionsFor, sessionVariance } from '../stats/allocation.ts';
import { FEWEST_SESSIONS, MOST_SESSIONS, PASS_ALPHA } from '../stats/looks.ts';
import { SAMPLES_FOR_P50, SAMPLES_FOR_P99 } from './costs.ts';
import type { PilotFindings } from './pilot.ts';
import { type CheckPlan, type Gate, isPaced } from './plan.ts';
import { type Pace, RATE_WARMUP_MS, SETTLING_WINDOWS } from './session.ts';
import { AT_A_RATE_MS, FULL_LOAD_MS, windowCounts } from './windows.ts';

/** Of response times a little more are asked for than are needed: Poisson arrivals differ. */
const SPARE_SAMPLES = 1.1;
/** With so many sessions a budget holds three looks, so that one bad session is not the end of it. */
const PREFERRED_SESSIONS = 18;
/** Probability with which equal programs are to pass at the sessions that are planned for. */
const POWER = 0.9;
/** Of the time that is left; the rest is for sessions that take longer than the pilot's did. */
const USABLE = 0.95;

/** How sessions are held, and how many the budget reaches. */
export interface SessionPlan {
  readonly pace: Pace;
  readonly sessions: number;
}

/** What a pilot's findings are to be made into sessions with. */
type Wanted = Pick<CheckPlan, 'gates' | 'nullArm' | 'maxSessions'>;

/** One way to hold a session. */
interface Way extends Pick<Pace, 'fullWindows' | 'rateWindows'> {
  readonly sessionMs: number;
  readonly sessions: number;
}

/**
 * Chooses the windows of a session from the scatter that the pilot saw within and between its starts: those with which
 * every gated metric is decided in the least time, if the programs are equal.
 * @param leftMs what is left of the budget; infinite without one.
 * @returns why nothing can be decided in that time, when it does not hold the sessions of the first look.
 */
export function planSessions(
  findings: PilotFindings,
  plan: Wanted,
  leftMs: number,
): SessionPlan | { readonly why: string } {
  const ways = waysToHold(findings, plan);
  const usableMs = USABLE * leftMs;
  const best = quickest(ways, FEWEST_SESSIONS, PREFERRED_SESSIONS, usableMs);
  if (best === undefined) return { why: whyTooLong(Math.min(...ways.map(({ sessionMs }) => sessionMs)), leftMs) };
  const { fullWindows, rateWindows, sessionMs } = best;
  const { warmupMs, commonRate, fullWindowMs, rateWindowMs } = findings;
  const most = Math.min(plan.maxSessions ?? MOST_SESSIONS, MOST_SESSIONS);
  return {
    pace: {
      warmupMs,
      fullWindowMs,
      fullWindows,
      rate: rateWindows === 0 ? 0 : (commonRate?.rate ?? 0),
      rateWindowMs,
      rateWindows,
      sessionMs,
    },
    sessions: Math.min(most, Math.floor(usableMs / sessionMs)),
  };
}

/** How each run is measured that is recorded, or held against recorded ones: always alike, with the fewest windows. */
export function recordedPace({ warmupMs, commonRate, fullWindowMs, rateWindowMs }: PilotFindings): Pace {
  const [fullWindows = 0] = windowCounts(fullWindowMs, FULL_LOAD_MS);
  const [rateWindows = 0] = windowCounts(rateWindowMs, AT_A_RATE_MS);
  return {
    warmupMs,
    fullWindowMs,
    fullWindows,
    rate: commonRate?.rate ?? 0,
    rateWindowMs,
    rateWindows,
    sessionMs: null,
  };
}

function waysToHold(findings: PilotFindings, plan: Wanted): Way[] {
  const rates = rateWindowsOf(findings, plan.gates);
  return windowCounts(findings.fullWindowMs, FULL_LOAD_MS).flatMap((fullWindows) =>
    rates.map((rateWindows) => ({
      ...{ fullWindows, rateWindows },
      sessionMs: sessionTime(findings, plan, fullWindows, rateWindows),
      sessions: sessionsNeeded(findings, plan.gates, fullWindows, rateWindows),
    })),
  );
}

/** Numbers of windows that have enough response times for what is gated on; the most there are when none has. */
function rateWindowsOf({ commonRate, rateWindowMs }: PilotFindings, gates: readonly Gate[]): readonly number[] {
  const rate = commonRate?.rate ?? 0;
  if (rate === 0 || !gates.some(({ metric }) => isPaced(metric))) return [0];
  const needed = gates.some(({ metric }) => metric === 'p99') ? SAMPLES_FOR_P99 : SAMPLES_FOR_P50;
  const counts = windowCounts(rateWindowMs, AT_A_RATE_MS);
  const enough = counts.filter((count) => (count * rateWindowMs * rate) / 1000 >= SPARE_SAMPLES * needed);
  return enough.length > 0 ? enough : counts.slice(-1);
}

function sessionTime(findings: PilotFindings, plan: Wanted, fullWindows: number, rateWindows: number): number {
  const { warmupMs, fullWindowMs, rateWindowMs, startMs, fullOverheadMs, rateOverheadMs } = findings;
  const full = warmupMs + (SETTLING_WINDOWS + fullWindows) * (fullWindowMs + fullOverheadMs);
  const paced =
    rateWindows === 0 ? 0 : RATE_WARMUP_MS + (SETTLING_WINDOWS + rateWindows) * (rateWindowMs + rateOverheadMs);
  return (plan.nullArm ? 3 : 2) * (startMs + full + paced);
}

function sessionsNeeded(
  { scatters }: PilotFindings,
  gates: readonly Gate[],
  fullWindows: number,
  rateWindows: number,
): number {
  const needed = gates.map(({ metric, margins }) => {
    const variance = sessionVariance(scatters[metric], isPaced(metric) ? rateWindows : fullWindows);
    return sessionsFor(variance, Math.log1p(margins.detected), PASS_ALPHA, POWER);
  });
  return Math.max(...needed);
}

function whyTooLong(sessionMs: number, leftMs: number): string {
  const needed = (FEWEST_SESSIONS * sessionMs) / USABLE;
  const more = Math.ceil((needed - leftMs) / 1000);
  return (
    `a session takes ${(sessionMs / 1000).toFixed(1)} s, and the first look comes after ${FEWEST_SESSIONS}: ` +
    `that needs ${more} s more than --budget leaves after the pilot`
  );
}

/** Which gated percentiles a session of that pace has too few response times for, and what to do; undefined if none. */
export function whyNotEstimable(
  gates: readonly Gate[],
  { rate, rateWindowMs, rateWindows }: Pick<Pace, 'rate' | 'rateWindowMs' | 'rateWindows'>,
): string | undefined {
  const samples = Math.floor((rate * rateWindows * rateWindowMs) / 1000);
  const needs = { throughput: 0, cpu: 0, p50: SAMPLES_FOR_P50, p99: SAMPLES_FOR_P99 };
  // Poisson arrivals differ: a few more response times are expected than are needed.
  const lacking = gates.flatMap(({ metric }) => (samples < 1.05 * needs[metric] ? metric : []));
  if (lacking.length === 0) return undefined;
  const others = gates.flatMap(({ metric }) => (lacking.includes(metric) ? [] : metric));
  const remedy = others.length === 0 ? 'gate on throughput and cpu' : `gate on the others: --gate ${others.join(',')}`;
  return (
    `${lacking.join(' and ')} can't be estimated, as the servers are too slow for that: at the common rate of ${rate}/s a session ` +
    `has ${samples} response times, and it takes ${Math.min(...lacking.map((metric) => needs[metric]))}. Put on more load (-c), or ${remedy}`
  );
}
