import type { Finding } from '../model/capacity.ts';
import { requestsDue } from '../model/failed-requests.ts';
import type { MetricUnit } from '../model/metric.ts';
import type { ThresholdOutcome } from '../model/result.ts';
import { isBoundHiddenByDrops, judgeThreshold, type Threshold } from '../model/threshold.ts';
import type { Reason, Trial } from '../model/trial.ts';
import { micros, percent, rounded } from '../run/amounts.ts';

/** Reasons in a trial's validity that mean that the target did not keep up, for any response times. */
const NOT_KEPT_UP = ['rate-missed', 'corrupted', 'nothing-completed', 'server-process-ended'];

/** Those of them that a generator cannot cause. */
const TARGETS_OWN = ['corrupted', 'server-process-ended'];

/** Reasons in a trial's validity that mean that the generator could not send what was due. */
const UNABLE = ['send-buffer', 'ports-exhausted'];

/** Whether a trial kept all bounds, and if not, why. */
export interface Judged {
  readonly finding: Finding;
  readonly reasons: Reason[];
}

/**
 * Judges a trial at a rate. It is met when every bound is kept and the rate was answered; a saturated generator does
 * not matter then. If it is not met and the generator may be the cause, the trial is `limited` and shows nothing about
 * the target. If requests were answered but a bounded value was not measured, it is `unmeasured`.
 * @param bounds the objectives, and the limit on failures.
 */
export function judgeRate(bounds: readonly Threshold[], trial: Trial): Judged {
  const crossed = bounds.filter((bound) => !judgeThreshold(bound, trial).kept);
  const unmeasured = crossed.filter(
    (bound) => judgeThreshold(bound, trial).observed === null && !isBoundHiddenByDrops(bound, trial),
  );
  if (unmeasured.length > 0 && trial.requests.completed > 0) {
    return { finding: 'unmeasured', reasons: unmeasured.map((bound) => reasonOf(judgeThreshold(bound, trial))) };
  }
  const behind = trial.validity.reasons.filter(({ code }) => NOT_KEPT_UP.includes(code));
  const reasons = [...crossed.map((bound) => crossedReason(bound, trial)), ...behind];
  if (reasons.length === 0) return { finding: 'met', reasons };
  const suspected = generatorReasons(crossed, trial);
  return suspected.length > 0
    ? { finding: 'limited', reasons: [...reasons, ...suspected] }
    : { finding: 'missed', reasons };
}

/** Returns why the generator may have caused what was crossed; empty when the target caused it in any case. */
function generatorReasons(crossed: readonly Threshold[], trial: Trial): Reason[] {
  const { reasons } = trial.validity;
  if (reasons.some(({ code }) => TARGETS_OWN.includes(code))) return [];
  const unable = reasons.filter(({ code }) => UNABLE.includes(code));
  const saturated = reasons.filter(({ code }) => code === 'generator-saturated');
  const lagged = reasons.filter(({ code }) => code === 'generator-lag');
  // Service times do not contain schedule lag: if they cross a bound too, the lag is not the cause.
  const { service } = trial.latencyMicros;
  const served = service && { ...trial, latencyMicros: { ...trial.latencyMicros, response: service } };
  const slowAnyway = served !== undefined && crossed.some((bound) => !judgeThreshold(bound, served).kept);
  return [...unable, ...saturated, ...(slowAnyway ? [] : lagged)];
}

const WRITE = {
  micros,
  count: rounded,
  share: percent,
  bytes: (value) => `${rounded(value)} bytes`,
  perSecond: (value) => `${rounded(value)}/s`,
  bytesPerSecond: (value) => `${rounded(value)} bytes/s`,
} as const satisfies Record<MetricUnit, (value: number) => string>;

function crossedReason(bound: Threshold, trial: Trial): Reason {
  if (!isBoundHiddenByDrops(bound, trial)) return reasonOf(judgeThreshold(bound, trial));
  const dropped = percent(trial.requests.dropped / requestsDue(trial));
  return {
    code: 'bound',
    message: `${bound.text} was not kept: ${dropped} of the requests that were due were never sent`,
  };
}

function reasonOf({ text, unit, observed }: ThresholdOutcome): Reason {
  const found = observed === null ? 'was not measured' : `was ${WRITE[unit](observed)}`;
  return { code: 'bound', message: `${text} was not kept: it ${found}` };
}
