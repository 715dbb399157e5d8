import type { CommandModule, Options } from 'yargs';
import { Flags, type OptionSet } from './flags.ts';

/** A command of the program: what its help says, what flags it takes, what it does. */
export interface Command<O extends OptionSet> {
  readonly name: string;
  readonly describe: string;
  readonly options: O;
  /** An argument without a flag, or any number of them. */
  readonly positional?: {
    readonly name: string;
    readonly describe: string;
    readonly default?: string;
    readonly several?: true;
  };
  /** Arguments and what they do, for `--help`. */
  readonly examples: readonly (readonly [command: string, description: string])[];
  /**
   * Reads its flags, all of them before it reports a fault, and does its work.
   * @param args the positional argument or arguments, none when the command takes none.
   * @returns the exit code.
   * @throws {ConfigurationError} with every fault, before anything is started.
   */
  run(flags: Flags<O>, ...args: readonly string[]): Promise<number>;
}

/**
 * A command as yargs takes it.
 * @param ended is called with the exit code when the command has done its work.
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
 * Options as yargs shall know them: it shows defaults, but does not fill them in, for it would do so for a flag that
 * lacks its value too.
 */
function shown(options: OptionSet): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { default: fallback, ...option }]) => [
      name,
      typeof fallback === 'string' ? { ...option, defaultDescription: fallback } : option,
    ]),
  );
}
