import { type Random, type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { isOneWay } from '../../model/operating-point.ts';
import type { Failure, Result } from '../../model/result.ts';
import type { Scaling, TargetScaling } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { workWords } from '../../model/work-words.ts';
import { median } from '../../stats/median.ts';
import { type ComparableTrials, comparables } from '../comparison.ts';
import { speed, throughputOf } from '../throughput.ts';
import { stateVerdict } from '../verdict.ts';
import { cpuGains } from './cpu-gains.ts';
import { lawOf } from './law.ts';
import { leadersOf } from './leaders.ts';
import { memoryPerConnection } from './memory.ts';
import { signsOf } from './signs.ts';
import { stateScaling } from './statements.ts';

/** The knee is the lowest level with at least this share of the best throughput. */
const KNEE_SHARE = 0.95;

/**
 * Returns the result of a sweep, with an analysis of how each target scales. It takes about a second: call it once,
 * after the last trial.
 */
export function withScaling(result: Result): Result {
  const scenarios = comparables(result.trials);
  const scaling = Object.fromEntries(
    scenarios.map((scenario, round): [string, Scaling] => [
      scenario.name,
      scalingOf(scenario, result, { seed: result.plan.seed, round }),
    ]),
  );
  const gains = cpuGains(scenarios);
  const verdict = stateVerdict(result.comparison, stateScaling(scaling, gains));
  return { ...result, scaling, ...(gains.length > 0 && { cpuGains: gains }), verdict };
}

function scalingOf(
  { name, transport, work, cpus, trials }: ComparableTrials,
  { failures, plan, comparison }: Result,
  streamKey: StreamKey,
): Scaling {
  const measured = new Set(trials.map(({ target }) => target));
  const failed = failures.filter(
    (failure) => failure.transport === transport && workWords(failure) === work && failure.cpus === cpus,
  );
  return {
    transport,
    work,
    ...(cpus !== undefined && { cpus }),
    unit: trials.some(({ workload }) => isOneWay(workload)) ? 'bytesPerSecond' : 'perSecond',
    targets: plan.models
      .filter((target) => measured.has(target))
      .map((target, ordinal) =>
        targetScaling(
          target,
          trials.filter((trial) => trial.target === target),
          failed.filter((failure) => failure.target === target),
          streamOf('bootstrap', { ...streamKey, ordinal }),
        ),
      ),
    leaders: leadersOf(comparison[name]?.rankings ?? []),
  };
}

function targetScaling(
  target: string,
  trials: readonly Trial[],
  failures: readonly Failure[],
  random: Random,
): TargetScaling {
  const curve = curveOf(trials);
  const best = Math.max(...curve.map(({ throughput }) => throughput));
  const kneeConnections = curve.find(({ throughput }) => throughput >= KNEE_SHARE * best)?.connections ?? null;
  return {
    target,
    curve,
    kneeConnections,
    law: lawOf(trials, random),
    memoryPerConnection: memoryPerConnection(trials),
    signs: signsOf(trials, failures, kneeConnections),
  };
}

function curveOf(trials: readonly Trial[]): TargetScaling['curve'] {
  const levels = [...new Set(trials.map(({ connections }) => connections))].sort((a, b) => a - b);
  return levels.map((connections) => {
    const there = trials.filter((trial) => trial.connections === connections);
    return {
      connections,
      throughput: median(there.map((trial) => speed(throughputOf(trial)))),
      generatorLimited: there.some(({ generator }) => generator.saturated),
    };
  });
}
