import type { MeasuredTrial, Trial } from '../model/trial.ts';
import { broadcastInvalidations, broadcastSuspicions } from './evidence/broadcast.ts';
import { datagramSuspicions } from './evidence/datagrams.ts';
import { generatorSuspicions } from './evidence/generator.ts';
import { loadSuspicions } from './evidence/load.ts';
import { machineSuspicions } from './evidence/machine.ts';
import { requestInvalidations, requestSuspicions } from './evidence/requests.ts';
import { serverInvalidations } from './evidence/server.ts';

/**
 * Judges whether a trial's numbers can be trusted. `invalid`: they are not what they claim to be. `suspect`: they are
 * true, but may not mean what they seem to. Each reason contains the numbers of the trial and advice.
 */
export function judgeTrial(trial: MeasuredTrial): Trial['validity'] {
  const invalid = [...serverInvalidations(trial), ...requestInvalidations(trial), ...broadcastInvalidations(trial)];
  const suspect = [
    ...generatorSuspicions(trial),
    ...loadSuspicions(trial),
    ...requestSuspicions(trial),
    ...datagramSuspicions(trial),
    ...broadcastSuspicions(trial),
    ...machineSuspicions(trial),
    ...(trial.notes ?? []),
  ];
  const verdict = invalid.length > 0 ? 'invalid' : suspect.length > 0 ? 'suspect' : 'valid';
  return { verdict, reasons: [...invalid, ...suspect] };
}
