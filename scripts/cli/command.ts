import type { CommandModule } from 'yargs';
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

/** Returns how help begins: the command, what it does, and examples. yargs removes indentation from these lines. */
function helpHead({ name, describe, positional, examples }: Command<FlagSchema>): string {
  const lines = examples.map(([example, description]) => `$0 ${example}  # ${description}`);
  const shown = ['Examples:', ...lines].join('\n');
  // yargs shows the rest for programs of one command.
  if (name === '$0') return shown;
  const given = positional === undefined ? '' : ` [${positional.name}${positional.several ? '..' : ''}]`;
  return [`$0 ${name}${given} [flags]`, describe, shown].join('\n\n');
}

/**
 * Converts a command to a yargs module.
 * @param ended called with the exit code when the command has finished.
 */
export function yargsCommand<S extends FlagSchema>(
  command: Command<S>,
  ended: (exitCode: number) => void,
  source: FlagSource = commandLine,
): CommandModule {
  const { name, describe, schema, positional } = command;
  return {
    command: positional ? `${name} [${positional.name}${positional.several ? '..' : ''}]` : name,
    describe,
    builder(yargs) {
      yargs
        // Before the flags: of some commands these are long, and an example is what most users need.
        .usage(helpHead(command))
        .options(yargsOptions({ ...schema.shape, ...source.flags }));
      if (positional) {
        const { name, several: _, ...shown } = positional;
        yargs.positional(name, { ...shown, type: 'string' });
      }
      return yargs;
    },
    async handler(argv) {
      const flags = await source.read(command, argv);
      const args = positional ? [argv[positional.name] ?? []].flat().map(String) : [];
      ended(flags === undefined ? EXIT.ok : await command.run(flags, ...args));
    },
  };
}
