import type { Argv, CommandModule } from 'yargs';
import type * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { type FlagSchema, type Flags, readFlags } from './flags.ts';
import { yargsOptions } from './help.ts';
import type { LayerRules } from './layer.ts';

/** A command of the program: its help, its flags and its action. */
export interface Command<S extends FlagSchema> {
  readonly name: string;
  readonly describe: string;
  /** Reads the flags, and describes them for `--help`. */
  readonly schema: S;
  /** The positional argument; with `several`, any number of them. */
  readonly positional?: {
    readonly name: string;
    readonly describe: string;
    readonly default?: string;
    readonly several?: true;
  };
  /** How values of several sources are merged. */
  readonly rules?: LayerRules;
  /** Example command lines with their descriptions, for `--help`. */
  readonly examples: readonly (readonly [command: string, description: string])[];
  /**
   * Checks what the schema does not, reports all faults together, and does the work of the command.
   * @param args the positional arguments.
   * @returns the exit code.
   * @throws {ConfigurationError} with every fault, before anything is started.
   */
  run(flags: Flags<z.output<S>>, ...args: readonly string[]): Promise<number>;
}

/** Where the flags of a command come from: the command line, and what else configures it. */
export interface FlagSource {
  /** Flags about the source itself, which commands do not read. */
  readonly flags: FlagSchema['shape'];
  /** Reads the flags of a command. Returns undefined when there is nothing to run. */
  read<S extends FlagSchema>(
    command: Command<S>,
    argv: Readonly<Record<string, unknown>>,
  ): Promise<Flags<z.output<S>> | undefined>;
}

const commandLine: FlagSource = {
  flags: {},
  read: async ({ schema, positional, rules }, argv) => readFlags(schema, argv, positional?.name, rules),
};

/**
 * Converts a command to a yargs module.
 * @param ended called with the exit code when the command has finished.
 */
export function yargsCommand<S extends FlagSchema>(
  command: Command<S>,
  ended: (exitCode: number) => void,
  source: FlagSource = commandLine,
): CommandModule {
  const { name, describe, schema, positional, examples } = command;
  const options = yargsOptions({ ...schema.shape, ...source.flags });
  let parser: Argv | undefined;
  return {
    command: positional ? `${name} [${positional.name}${positional.several ? '..' : ''}]` : name,
    describe,
    builder(yargs) {
      parser = yargs
        .options(options)
        .example(examples.map(([example, description]) => [`$0 ${example}`, description] as const));
      if (positional) {
        const { name, several: _, ...shown } = positional;
        yargs.positional(name, { ...shown, type: 'string' });
      }
      return yargs;
    },
    async handler(argv) {
      // yargs lays out the help of each command that it runs, which takes longer than loading it. This makes it short.
      for (const flag of Object.keys(options)) parser?.hide(flag);
      const flags = await source.read(command, argv);
      const args = positional ? [argv[positional.name] ?? []].flat().map(String) : [];
      ended(flags === undefined ? EXIT.ok : await command.run(flags, ...args));
    },
  };
}
