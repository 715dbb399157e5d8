import type { RunConfiguration } from './configuration.ts';
import { stagesDurationMs } from './stage.ts';
import { isWhole, MAX_CONNECTIONS, MAX_RATE, type Want } from './want.ts';

const MAX_STAGES = 1000;
const MAX_STAGES_MS = 24 * 3_600_000;

/** Returns the requirements of stages. */
export function stageWants({ stages, rate, connections, durationMs }: RunConfiguration): Want[] {
  if (stages.length === 0) return [];
  const total = stagesDurationMs(stages);
  const targets = stages.map(({ target }) => target);
  return [
    [stages.length <= MAX_STAGES, `stage: ${stages.length} stages are more than ${MAX_STAGES}`],
    [stages.every(({ seconds }) => seconds >= 0), 'stage: a duration must not be negative'],
    [total > 0, 'stage: no stage has a duration above 0: give one a duration, such as 30s:1000'],
    [total <= MAX_STAGES_MS, `stage: together, the stages last longer than ${MAX_STAGES_MS / 3_600_000} hours`],
    [total === durationMs, 'duration: the stages set the duration: leave out --duration'],
    ...(rate === null ? connectionStages(targets, connections) : rateStages(targets)),
  ];
}

function rateStages(targets: readonly number[]): Want[] {
  const wrong = targets.find((target) => !(target >= 0 && target <= MAX_RATE));
  return [
    [wrong === undefined, `stage: ${wrong} is not from 0 to ${MAX_RATE} requests/s`],
    [targets.some((target) => target !== 0), 'stage: at least one target must be above 0 requests/s'],
  ];
}

function connectionStages(targets: readonly number[], connections: readonly number[]): Want[] {
  const wrong = targets.find((target) => !isWhole(target, 1, MAX_CONNECTIONS));
  return [
    [
      wrong === undefined,
      `stage: ${wrong} is not a whole number of connections from 1 to ${MAX_CONNECTIONS}; for stages of a rate add --rate`,
    ],
    [
      connections.length <= 1,
      `connections: stages begin at one number of connections, not at ${connections.join(', ')}: give one to --connections`,
    ],
  ];
}
