import type { AppName } from '../../servers/apps/catalog.ts';
import { type ModelName, modelNames, whyNotCarried, whyUnavailable } from '../../servers/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Flags } from '../cli/flags.ts';
import { say } from '../cli/output.ts';

type ModelFlags = Flags<{ readonly models: { readonly type: 'string' } }>;

/**
 * Reads --models. A named model that cannot run here is a fault. Without names, such models are left out with a note.
 * @param all whether to return all models, rather than none, when --models is not given.
 */
export function readModels(flags: ModelFlags, all: boolean): readonly ModelName[] {
  if (!all && !flags.isGiven('models')) return [];
  const named = flags.choices('models', 'model', modelNames);
  const unavailable = (named ?? modelNames).flatMap((name) => {
    const reason = whyUnavailable(name);
    return reason === undefined ? [] : [{ name, reason }];
  });
  for (const { name, reason } of unavailable) {
    if (named) flags.refuse(`${name} can't run here: ${reason}`);
    else say(`left out: ${name}: ${reason}`);
  }
  return someOf(named, modelNames).filter((name) => !unavailable.some((missing) => missing.name === name));
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
    say(`left out: ${model}: ${reasons.join('; ')}`);
    return false;
  });
}

/**
 * Returns the chosen names, or all when none is left. After every chosen name was refused, this allows the remaining
 * flags to be checked.
 */
export function someOf<N extends string>(chosen: readonly N[] | undefined, all: readonly N[]): readonly N[] {
  return chosen && chosen.length > 0 ? chosen : all;
}
