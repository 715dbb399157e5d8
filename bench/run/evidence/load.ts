import { failedRequests } from '../../model/failed-requests.ts';
import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { criticalDistance } from '../../stats/kolmogorov-smirnov.ts';
import { mean } from '../../stats/mean.ts';
import { welchT } from '../../stats/welch.ts';
import { percent, rounded, whole } from '../amounts.ts';

/** Of the offered rate, what has to be answered for response times to mean something. */
const LEAST_ACHIEVED = 0.99;

/** Fewer Poisson arrivals than expected, by so many standard deviations, are not put down to chance. */
const LEAST_DEVIATIONS = 4;

/** A distance from the arrivals that were wanted which does no harm, however sure it is that it is not chance. */
const HARMLESS_DISTANCE = 0.1;

/** By so much Little's law may be off. */
const MOST_LITTLE = 0.05;
/** It is about the long run: requests that were cut off at either end are too many in less than so many responses. */
const LEAST_RESPONSES = 20;
/** Below this, an open loop has hardly anything in flight, and what the generator itself takes weighs too much. */
const LEAST_OPEN_RESPONSE_MICROS = 1000;

/** By so much the rate of the halves may differ, of their mean. */
const MOST_DRIFT = 0.02;
/** Slices scatter: their halves must differ by so many standard errors to be said to. */
const LEAST_T = 4;
/** Fewer slices in a half than this know too little of how much they scatter. */
const LEAST_SLICES = 4;

/** Was the load what it was meant to be, and did it go steadily? */
export function loadSuspicions(trial: MeasuredTrial): Reason[] {
  return [...missedRate(trial), ...wrongArrivals(trial), ...littlesLaw(trial), ...drift(trial)];
}

function missedRate(trial: MeasuredTrial): Reason[] {
  const { rate, arrivals, throughput, measuredSeconds } = trial;
  if (rate === null) return [];
  // The number of Poisson arrivals varies by the root of its mean.
  const deviation = (seconds: number) => (arrivals === 'poisson' ? Math.sqrt(rate / seconds) : 0);
  // In a short time it matters whether a request is due, or ends, just before it is over or just after.
  const chance = (seconds: number) => LEAST_DEVIATIONS * deviation(seconds) + 1 / seconds;
  const achieved = throughput.requestsPerSecond;
  if (achieved >= LEAST_ACHIEVED * rate - chance(measuredSeconds)) return [];
  const answered = sinceResponding(trial);
  if (answered === undefined) return [rateMissed(trial, achieved)];
  const { requestsPerSecond, seconds } = answered;
  const missed = requestsPerSecond < LEAST_ACHIEVED * rate - chance(seconds);
  return missed ? [rateMissed(trial, requestsPerSecond)] : [];
}

/**
 * What was answered when measuring had gone on for as long as nine of ten responses take at most: before, where the
 * warm-up was shorter than that, a server that keeps up has not much to answer yet. One that doesn't falls behind later, too.
 * @returns undefined where that is not known: when they take longer than was measured, or the rate moved.
 */
function sinceResponding({ latencyMicros, slices = [], stages }: MeasuredTrial) {
  const from = slices.find(({ second }) => second * 1e6 >= latencyMicros.response.p90)?.second ?? 0;
  const after = slices.filter(({ second }) => second > from);
  const seconds = (after.at(-1)?.second ?? 0) - from;
  if (seconds <= 0 || stages?.length) return undefined;
  return { requestsPerSecond: after.reduce((sum, { completed }) => sum + completed, 0) / seconds, seconds };
}

function rateMissed({ rate, latencyMicros, measuredSeconds }: MeasuredTrial, achieved: number): Reason {
  const offered = rate ?? Number.NaN;
  const isOver = latencyMicros.response.p90 >= measuredSeconds * 1e6;
  const advice = isOver
    ? 'and a tenth of the responses took longer than was measured: raise --duration, or lower --rate'
    : 'so response times grow with the time measured: lower --rate, or add --connections';
  return {
    code: 'rate-missed',
    message: `${whole(achieved)} of ${whole(offered)} requests/s offered were answered (${percent(achieved / offered)}), ${advice}`,
  };
}

function wrongArrivals({ arrivals, arrivalCheck }: MeasuredTrial): Reason[] {
  if (!arrivalCheck) return [];
  const most = Math.max(criticalDistance(arrivalCheck.gaps), HARMLESS_DISTANCE);
  if (arrivalCheck.distance <= most) return [];
  return [
    {
      code: 'arrivals',
      message:
        `requests were not sent as ${arrivals ?? 'configured'} arrivals: their distances are ${rounded(arrivalCheck.distance)} ` +
        `off, and ${rounded(most)} would pass: lower --rate, or give the load CPUs of its own (--load-cpus)`,
    },
  ];
}

/** L = λW: J. D. C. Little, Operations Research 9 (1961). Where it does not hold, some requests or times are missing. */
function littlesLaw(trial: MeasuredTrial): Reason[] {
  const { latencyMicros, measuredSeconds, throughput, broadcast } = trial;
  // Response times are those of deliveries there, of which a line has several.
  if (broadcast !== undefined) return [];
  const { response } = latencyMicros;
  const inFlight = expectedInFlight(trial);
  const failed = failedRequests(trial);
  const longEnough = measuredSeconds * 1e6 >= LEAST_RESPONSES * response.mean;
  if (inFlight === undefined || inFlight === 0 || response.count === 0 || failed > 0 || !longEnough) return [];
  const found = (throughput.requestsPerSecond * response.mean) / 1e6;
  const off = Math.abs(found / inFlight - 1);
  if (off <= MOST_LITTLE) return [];
  return [
    {
      code: 'littles-law',
      message:
        `rate times mean response time makes ${rounded(found)} requests in flight, and there were ${rounded(inFlight)} ` +
        `(${percent(off)} off, by Little's law): some time is not accounted for; measure longer, or on a calmer machine`,
    },
  ];
}

/** Requests that are in flight on average; undefined where that is not known well enough to judge by. */
function expectedInFlight(trial: MeasuredTrial): number | undefined {
  const { rate, stages, meanInFlight, latencyMicros, opening, pipelining, throughput } = trial;
  if (rate === null) return stages?.length ? meanInFlight : opening.opened * pipelining;
  // A queue that grew, or that the warm-up left behind, holds requests whose time lies mostly outside of what is measured.
  const steady = Math.abs(throughput.requestsPerSecond / rate - 1) <= 1 - LEAST_ACHIEVED;
  return steady && latencyMicros.response.mean >= LEAST_OPEN_RESPONSE_MICROS ? meanInFlight : undefined;
}

/** Only of a load that is meant to be steady, and is not held so by a rate. */
function drift({ rate, stages, slices = [] }: MeasuredTrial): Reason[] {
  const rates = slices.map(({ second, completed }, i) => completed / (second - (slices[i - 1]?.second ?? 0)));
  const half = rates.length >> 1;
  if (rate !== null || stages?.length || half < LEAST_SLICES) return [];
  const [first, second] = [rates.slice(0, half), rates.slice(-half)];
  const [before, after] = [mean(first), mean(second)];
  const share = Math.abs(after - before) / ((before + after) / 2);
  if (!(share > MOST_DRIFT && Math.abs(welchT(first, second)) > LEAST_T)) return [];
  return [
    {
      code: 'drift',
      message:
        `the rate went from ${whole(before)}/s in the first half to ${whole(after)}/s in the second (${percent(share)}): ` +
        'raise --warmup and --duration, or measure again when the machine is calmer',
    },
  ];
}
