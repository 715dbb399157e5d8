import { failedRequests } from '../../model/failed-requests.ts';
import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { criticalDistance } from '../../stats/kolmogorov-smirnov.ts';
import { mean } from '../../stats/mean.ts';
import { welchT } from '../../stats/welch.ts';
import { percent, rounded, whole } from '../amounts.ts';

/** Smallest share of the offered rate that must be answered for response times to be meaningful. */
const MIN_ACHIEVED = 0.99;

/** Standard deviations by which the number of Poisson arrivals may fall short by chance. */
const MIN_DEVIATIONS = 4;

/** Distance from the configured arrivals that does no harm, even when it is statistically significant. */
const HARMLESS_DISTANCE = 0.1;

/** Largest relative error of Little's law. */
const MAX_LITTLE = 0.05;
/**
 * Shortest time measured, in mean response times, to which Little's law is applied. The law is about the long run: in
 * less time, requests that are cut off at either end weigh too much.
 */
const MIN_RESPONSES = 20;
/**
 * Shortest mean response time of an open loop to which Little's law is applied. Below it, hardly any request is in
 * flight, and the generator's own time weighs too much.
 */
const MIN_OPEN_RESPONSE_MICROS = 1000;

/** Largest difference between the rates of the two halves, as a share of their mean. */
const MAX_DRIFT = 0.02;
/** Slices scatter, so the rates of the halves must differ by more than this number of standard errors. */
const MIN_T = 4;
/** Fewest slices in a half. With fewer, their scatter is not known well enough. */
const MIN_SLICES = 4;

/** Returns reasons to suspect that the load was not as configured, or not steady. */
export function loadSuspicions(trial: MeasuredTrial): Reason[] {
  return [...missedRate(trial), ...wrongArrivals(trial), ...littlesLaw(trial), ...drift(trial)];
}

function missedRate(trial: MeasuredTrial): Reason[] {
  const { rate, arrivals, throughput, measuredSeconds } = trial;
  if (rate === null) return [];
  // The standard deviation of the number of Poisson arrivals is the square root of its mean.
  const deviation = (seconds: number) => (arrivals === 'poisson' ? Math.sqrt(rate / seconds) : 0);
  // In a short time, it matters whether one request is due or ends just before its end or just after it.
  const chance = (seconds: number) => MIN_DEVIATIONS * deviation(seconds) + 1 / seconds;
  const achieved = throughput.requestsPerSecond;
  if (achieved >= MIN_ACHIEVED * rate - chance(measuredSeconds)) return [];
  const answered = sinceResponding(trial);
  if (answered === undefined) return [rateMissed(trial, achieved)];
  const { requestsPerSecond, seconds } = answered;
  const missed = requestsPerSecond < MIN_ACHIEVED * rate - chance(seconds);
  return missed ? [rateMissed(trial, requestsPerSecond)] : [];
}

/**
 * Returns the rate answered after the 90th percentile of response time has passed. Before that, if the warm-up was
 * shorter, a server that keeps up has little to answer yet. A server that does not keep up falls behind later, too.
 * @returns undefined when that rate is not known: responses take longer than the time measured, or the rate changed in
 * stages.
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
    ? 'and a tenth of the responses took longer than the time measured: raise --duration, or lower --rate'
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
        `requests were not sent as ${arrivals ?? 'configured'} arrivals: the distribution of their intervals is off ` +
        `by ${rounded(arrivalCheck.distance)}, and at most ${rounded(most)} is accepted: lower --rate, or give the ` +
        'load CPUs of its own (--load-cpus)',
    },
  ];
}

/**
 * Checks Little's law, L = λW (J. D. C. Little, Operations Research 9, 1961). Where it does not hold, some requests or
 * times are missing.
 */
function littlesLaw(trial: MeasuredTrial): Reason[] {
  const { latencyMicros, measuredSeconds, throughput, broadcast } = trial;
  // In a chat, response times are those of deliveries, and each line has several.
  if (broadcast !== undefined) return [];
  const { response } = latencyMicros;
  const inFlight = expectedInFlight(trial);
  const failed = failedRequests(trial);
  const longEnough = measuredSeconds * 1e6 >= MIN_RESPONSES * response.mean;
  if (inFlight === undefined || inFlight === 0 || response.count === 0 || failed > 0 || !longEnough) return [];
  const found = (throughput.requestsPerSecond * response.mean) / 1e6;
  const off = Math.abs(found / inFlight - 1);
  if (off <= MAX_LITTLE) return [];
  return [
    {
      code: 'littles-law',
      message:
        `rate times mean response time gives ${rounded(found)} requests in flight, but there were ` +
        `${rounded(inFlight)} (${percent(off)} off, by Little's law): some time is not accounted for; measure ` +
        'longer, or on a calmer machine',
    },
  ];
}

/** Returns the mean number of requests in flight; undefined when it is not known well enough to judge by. */
function expectedInFlight(trial: MeasuredTrial): number | undefined {
  const { rate, stages, meanInFlight, latencyMicros, opening, pipelining, throughput } = trial;
  if (rate === null) return stages?.length ? meanInFlight : opening.opened * pipelining;
  // A queue that grew, or that the warm-up left behind, holds requests whose time lies mostly outside the time
  // measured.
  const steady = Math.abs(throughput.requestsPerSecond / rate - 1) <= 1 - MIN_ACHIEVED;
  return steady && latencyMicros.response.mean >= MIN_OPEN_RESPONSE_MICROS ? meanInFlight : undefined;
}

/** Checks a closed loop without stages: its load should be steady, and no rate keeps it steady. */
function drift({ rate, stages, slices = [] }: MeasuredTrial): Reason[] {
  const rates = slices.map(({ second, completed }, i) => completed / (second - (slices[i - 1]?.second ?? 0)));
  const half = rates.length >> 1;
  if (rate !== null || stages?.length || half < MIN_SLICES) return [];
  const [first, second] = [rates.slice(0, half), rates.slice(-half)];
  const [before, after] = [mean(first), mean(second)];
  const share = Math.abs(after - before) / ((before + after) / 2);
  if (!(share > MAX_DRIFT && Math.abs(welchT(first, second)) > MIN_T)) return [];
  return [
    {
      code: 'drift',
      message:
        `the rate went from ${whole(before)}/s in the first half to ${whole(after)}/s in the second ` +
        `(${percent(share)}): raise --warmup and --duration, or measure again when the machine is calmer`,
    },
  ];
}
