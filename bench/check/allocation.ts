import { quickest, sessionsFor, sessionVariance } from '../stats/allocation.ts';
import { FEWEST_SESSIONS, MAX_SESSIONS, PASS_ALPHA } from '../stats/looks.ts';
import { SAMPLES_FOR_P50, SAMPLES_FOR_P99 } from './costs.ts';
import type { PilotFindings } from './pilot.ts';
import { type CheckPlan, type Gate, isPaced } from './plan.ts';
import { type Pace, RATE_WARMUP_MS, SETTLING_WINDOWS } from './session.ts';
import { lastingAtFullLoad, lastingAtRate, windowCounts } from './windows.ts';

/** Planned response times over needed ones. The number of Poisson arrivals varies. */
const SPARE_SAMPLES = 1.1;
/** With this many sessions a budget holds three looks, so one bad session does not decide the check. */
const PREFERRED_SESSIONS = 18;
/** Probability with which equal programs pass within the planned sessions. */
const POWER = 0.9;
/** Share of the remaining time that is planned. Sessions may take longer than those of the pilot. */
const USABLE = 0.95;

/** How sessions are held, and how many fit into the budget. */
export interface SessionPlan {
  readonly pace: Pace;
  readonly sessions: number;
}

/** The parts of a plan that decide how sessions are held. */
type Wanted = Pick<CheckPlan, 'gates' | 'windowMs' | 'nullArm' | 'maxSessions'>;

/** One way to hold a session. */
interface Way extends Pick<Pace, 'fullWindows' | 'rateWindows'> {
  readonly sessionMs: number;
  readonly sessions: number;
}

/**
 * Chooses how many windows a session has, from the scatter that the pilot measured within and between its starts. It
 * takes the numbers that decide every gated metric in the least time if the programs are equal.
 * @param leftMs rest of the budget; infinite without a budget.
 * @returns the reason why nothing can be decided, when the sessions of the first look do not fit into that time.
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
  const most = Math.min(plan.maxSessions ?? MAX_SESSIONS, MAX_SESSIONS);
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

/**
 * Returns how a run is measured that is recorded or compared with recorded runs: always the same, with the fewest
 * windows.
 */
export function recordedPace(findings: PilotFindings, windowMs: number): Pace {
  const { warmupMs, commonRate, fullWindowMs, rateWindowMs } = findings;
  const [fullWindows = 0] = windowCounts(fullWindowMs, lastingAtFullLoad(windowMs));
  const [rateWindows = 0] = windowCounts(rateWindowMs, lastingAtRate(windowMs));
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
  const rates = rateWindowsOf(findings, plan);
  return windowCounts(findings.fullWindowMs, lastingAtFullLoad(plan.windowMs)).flatMap((fullWindows) =>
    rates.map((rateWindows) => ({
      ...{ fullWindows, rateWindows },
      sessionMs: sessionTime(findings, plan, fullWindows, rateWindows),
      sessions: sessionsNeeded(findings, plan.gates, fullWindows, rateWindows),
    })),
  );
}

/** Returns the window counts that yield enough response times for the gated metrics; only the largest if none does. */
function rateWindowsOf({ commonRate, rateWindowMs }: PilotFindings, { gates, windowMs }: Wanted): readonly number[] {
  const rate = commonRate?.rate ?? 0;
  if (rate === 0 || !gates.some(({ metric }) => isPaced(metric))) return [0];
  const needed = gates.some(({ metric }) => metric === 'p99') ? SAMPLES_FOR_P99 : SAMPLES_FOR_P50;
  const counts = windowCounts(rateWindowMs, lastingAtRate(windowMs));
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
    `a session takes ${(sessionMs / 1000).toFixed(1)} s, and the first look comes after ${FEWEST_SESSIONS} sessions: ` +
    `that takes ${more} s more than --budget leaves after the pilot`
  );
}

/**
 * Returns which gated percentiles have too few response times in a session of this pace, and what to do about it;
 * undefined if there are none.
 */
export function whyNotEstimable(
  gates: readonly Gate[],
  { rate, rateWindowMs, rateWindows }: Pick<Pace, 'rate' | 'rateWindowMs' | 'rateWindows'>,
): string | undefined {
  const samples = Math.floor((rate * rateWindows * rateWindowMs) / 1000);
  const needs = { throughput: 0, cpu: 0, p50: SAMPLES_FOR_P50, p99: SAMPLES_FOR_P99 };
  // The number of Poisson arrivals varies, so slightly more response times are required than are needed.
  const lacking = gates.flatMap(({ metric }) => (samples < 1.05 * needs[metric] ? metric : []));
  if (lacking.length === 0) return undefined;
  const others = gates.flatMap(({ metric }) => (lacking.includes(metric) ? [] : metric));
  const remedy = others.length === 0 ? 'gate on throughput and cpu' : `gate on the others: --gate ${others.join(',')}`;
  return (
    `${lacking.join(' and ')} can't be estimated, because the servers are too slow: at the common rate of ${rate}/s ` +
    `a session has ${samples} response times, but ${Math.min(...lacking.map((metric) => needs[metric]))} are needed. ` +
    `Raise the load (-c), or ${remedy}`
  );
}
