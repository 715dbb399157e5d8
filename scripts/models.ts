import type { AppName } from '../servers/apps/catalog.ts';
import { whyNotCarried } from '../servers/carrying.ts';
import { type ModelName, modelNames, whyUnavailable } from '../servers/catalog.ts';
import type { TransportName } from '../servers/transport.ts';
import type { Flags } from './flags.ts';
import { say } from './output.ts';

type ModelFlags = Flags<{ readonly models: { readonly type: 'string' } }>;

/**
 * Models that were named must run here; of all, those that can't are left out with a note.
 * @param all whether all are meant when none is named; else none is.
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

/** Of all models, those that serve over none of the transports are left out with a note. */
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

/** Those chosen; all when none was, or when each was refused already: what else is wrong shall still be found. */
export function someOf<N extends string>(chosen: readonly N[] | undefined, all: readonly N[]): readonly N[] {
  return chosen && chosen.length > 0 ? chosen : all;
}
