import type { AppName } from '../../servers/apps/app-catalog.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, modelNames, whyNotCarried } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { log } from '../cli/output.ts';
import type { modelsFlag } from './options.ts';

type ModelFlags = Flags<Values<{ readonly models: ReturnType<typeof modelsFlag> }>>;

/**
 * Reads --models. A named model that cannot run here is a fault. Without names, such models are left out with a note.
 * @param all whether to return all models, rather than none, when --models is not given.
 */
export function readModels(flags: ModelFlags, all: boolean): readonly ModelName[] {
  if (!all && !flags.isGiven('models')) return [];
  const named = flags.values.models;
  const unavailable = (named ?? modelNames).flatMap((name) => {
    const reason = whyUnavailable(name);
    return reason === undefined ? [] : [{ name, reason }];
  });
  for (const { name, reason } of unavailable) {
    if (named) flags.refuse(`${name} can't run here: ${reason}`);
    else log(`left out: ${name}: ${reason}`);
  }
  return orAll(named, modelNames).filter((name) => !unavailable.some((missing) => missing.name === name));
}

/** Leaves out, with a note, models that serve the app over none of the transports, unless --models is given. */
export function serving(
  models: readonly ModelName[],
  transports: readonly TransportName[],
  app: AppName,
  flags: ModelFlags,
): readonly ModelName[] {
  if (flags.isGiven('models')) return models;
  return models.filter((model) => {
    const reasons = transports.flatMap((transport) => whyNotCarried(model, app, transport) ?? []);
    if (reasons.length < transports.length) return true;
    log(`left out: ${model}: ${reasons.join('; ')}`);
    return false;
  });
}

/**
 * Returns the chosen names, or all when none is left. After every chosen name was refused, this allows the remaining
 * flags to be checked.
 */
export function orAll<N extends string>(chosen: readonly N[] | undefined, all: readonly N[]): readonly N[] {
  return chosen && chosen.length > 0 ? chosen : all;
}
