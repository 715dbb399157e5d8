import type * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import type { Command } from '../cli/command.ts';
import { type FlagSchema, type Flags, flagsOf } from '../cli/flags.ts';
import { mergedLayers } from '../cli/layer.ts';
import { pathText } from '../options/option-fault.ts';
import { optionName } from '../options/options.ts';
import { layerOf, optionsToFlags } from '../options/options-to-flags.ts';
import { SCREEN_FLAGS } from './options.ts';

/**
 * Reads options in code as the flags of a command. Neither files of options nor variables count. Faults are in the flags.
 */
export function readOptions<S extends FlagSchema>(
  { schema, rules }: Pick<Command<S>, 'schema' | 'rules'>,
  options: object,
): Flags<z.output<S>> {
  const converted = optionsToFlags(schema, options);
  const layer = layerOf(converted, (path) => ({ called: pathText(path), source: 'options' }));
  const faults = converted.faults.map(({ path, message }) => `${pathText(path) || 'the options'}: ${message}`);
  const forScreens = SCREEN_FLAGS.filter((flag) => layer.has(flag));
  const reasons = forScreens.map((flag) => `${optionName(flag)}: only the command line has it: leave it out`);
  return flagsOf(schema, mergedLayers([layer], rules), [...faults, ...reasons]);
}

/**
 * Does `work`, in whose faults flags are called by the names of their options.
 * @throws {ConfigurationError} with `startRate` in place of `--start-rate`.
 */
export async function inTermsOfOptions<T>(schema: FlagSchema, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const faults = error.faults.map((fault) => withOptions(fault, schema));
    throw new ConfigurationError(faults, { cause: error.cause });
  }
}

/** Replaces flags by options, except in quoted texts, which may be the user's. */
function withOptions(fault: string, { shape }: FlagSchema): string {
  return fault.replace(/'[^']*'|(?<!\S)--?([a-z][a-z-]*)/g, (found, flag?: string) =>
    flag !== undefined && flag in shape ? optionName(flag) : found,
  );
}
