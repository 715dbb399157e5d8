import type { CommandModule, Options } from 'yargs';
import { Flags, type OptionSet } from './flags.ts';

/** A command of the program: its help, its flags and its action. */
export interface Command<O extends OptionSet> {
  readonly name: string;
  readonly describe: string;
  readonly options: O;
  /** The positional argument; with `several`, any number of them. */
  readonly positional?: {
    readonly name: string;
    readonly describe: string;
    readonly default?: string;
    readonly several?: true;
  };
  /** Example command lines with their descriptions, for `--help`. */
  readonly examples: readonly (readonly [command: string, description: string])[];
  /**
   * Reads all flags, reports their faults together, and does the work of the command.
   * @param args the positional arguments.
   * @returns the exit code.
   * @throws {ConfigurationError} with every fault, before anything is started.
   */
  run(flags: Flags<O>, ...args: readonly string[]): Promise<number>;
}

/**
 * Converts a command to a yargs module.
 * @param ended called with the exit code when the command has finished.
 */
export function yargsCommand<O extends OptionSet>(
  command: Command<O>,
  ended: (exitCode: number) => void,
): CommandModule {
  const { name, describe, options, positional, examples } = command;
  return {
    command: positional ? `${name} [${positional.name}${positional.several ? '..' : ''}]` : name,
    describe,
    builder(yargs) {
      yargs
        .options(shown(options))
        .example(examples.map(([example, description]) => [`$0 ${example}`, description] as const));
      if (positional) {
        const { name, several: _, ...shown } = positional;
        yargs.positional(name, { ...shown, type: 'string' });
      }
      return yargs;
    },
    async handler(argv) {
      const flags = new Flags(argv, options, positional?.name);
      const args = positional ? [argv[positional.name] ?? []].flat().map(String) : [];
      ended(await command.run(flags, ...args));
    },
  };
}

/**
 * Returns the options with defaults that yargs shows but does not fill in: it would also fill them in for a flag whose
 * value is missing.
 */
function shown(options: OptionSet): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { default: fallback, ...option }]) => [
      name,
      typeof fallback === 'string' ? { ...option, defaultDescription: fallback } : option,
    ]),
  );
}
