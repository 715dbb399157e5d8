import type { Options } from 'yargs';
import type * as z from 'zod';
import { type FlagSchema, metaOf } from './flags.ts';

/**
 * Returns flags in the form of yargs, for parsing and for `--help`. Defaults are shown, but not
 * filled in by yargs: it would also fill them in for a flag whose value is missing.
 */
export function yargsOptions(shape: FlagSchema['shape']): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, type]) => {
      const { description, alias, group, hidden } = metaOf(type);
      const usual = defaultOf(type);
      return [
        name,
        {
          type: isToggle(type) ? 'boolean' : 'string',
          ...(description !== undefined && { describe: description }),
          ...(alias !== undefined && { alias }),
          ...(group !== undefined && { group }),
          ...(hidden !== undefined && { hidden }),
          ...(usual !== undefined && { defaultDescription: usual }),
        },
      ] as const;
    }),
  );
}

/** Returns the default of a flag as a user would write it; undefined when it has none. */
export function defaultOf(type: z.ZodType): string | undefined {
  const { defaultValue } = type.def as { readonly defaultValue?: unknown };
  const isWritten = typeof defaultValue === 'string' || (Array.isArray(defaultValue) && defaultValue.length > 0);
  return isWritten ? String(defaultValue) : undefined;
}

/** Reports whether a flag has no value. */
export function isToggle(type: z.ZodType): boolean {
  const { out } = type.def as { readonly out?: z.ZodType };
  return out?.def.type === 'boolean';
}
