import * as z from 'zod';
import type { Command, FlagSource } from '../cli/command.ts';
import { argumentLayer, type FlagSchema, flagsOf, strayArguments } from '../cli/flags.ts';
import { mergedLayers } from '../cli/layer.ts';
import { print } from '../cli/output.ts';
import { configFlags, type configSchema } from './config-flags.ts';
import type { Schemas } from './config-layers.ts';
import { isConfigured } from './environment.ts';
import { configFilesIn } from './find-config.ts';

type WithConfigFlags<S extends FlagSchema> = S & typeof configSchema;

/** Flags of which each needs files or variables to be read. */
const NEEDED = Object.keys(configFlags);

/**
 * The flags of commands that files and variables configure. Without any of them, nothing is loaded that reads them.
 * @param schemas loads the schemas of all such commands.
 */
export function configured(schemas: () => Promise<Schemas>): FlagSource {
  return {
    flags: configFlags,
    async read<S extends FlagSchema>(command: Command<S>, argv: Readonly<Record<string, unknown>>) {
      const { name, positional, rules } = command;
      // The type of the command's own flags is lost when others are added.
      const schema = z.strictObject({ ...command.schema.shape, ...configFlags }) as unknown as WithConfigFlags<S>;
      const line = argumentLayer(schema, argv, positional?.name);
      const faults = strayArguments(argv);
      const files = configFilesIn('.');
      const { env: environment } = process;
      if (files.length === 0 && !isConfigured(environment) && !NEEDED.some((flag) => line.has(flag))) {
        return flagsOf(schema, mergedLayers([line], rules), faults);
      }
      const { readOptions } = await import('./read-options.ts');
      const sources = { command: name, schema, rules, line, faults, environment, files, schemas };
      const { flags, given } = await readOptions(sources);
      if (!flags.values['print-config']) return flags;
      flags.assertNoFaults();
      const { printedConfig } = await import('./printed-config.ts');
      print(printedConfig(name, command.schema, given));
      return undefined;
    },
  };
}
