import type { CommandModule, Options } from 'yargs';
import { Flags, type OptionSet } from './flags.ts';

/** A command of the program: what its help says, what flags it takes, what it does. */
export interface Command<O extends OptionSet> {
  readonly name: string;
  readonly describe: string;
  readonly options: O;
  /** An argument without a flag. */
  readonly positional?: { readonly name: string; readonly describe: string; readonly default: string };
  /** Arguments and what they do, for `--help`. */
  readonly examples: readonly (readonly [command: string, description: string])[];
  /**
   * Reads its flags, all of them before it reports a fault, and does its work.
   * @param argument the positional argument, empty when the command takes none.
   * @returns the exit code.
   * @throws {ConfigurationError} with every fault, before anything is started.
   */
  run(flags: Flags<O>, argument: string): Promise<number>;
}

/** A command as yargs takes it. Sets `process.exitCode`. */
export function yargsCommand<O extends OptionSet>(command: Command<O>): CommandModule {
  const { name, describe, options, positional, examples } = command;
  return {
    command: positional ? `${name} [${positional.name}]` : name,
    describe,
    builder(yargs) {
      yargs
        .options(shown(options))
        .example(examples.map(([example, description]) => [`$0 ${example}`, description] as const));
      if (positional) yargs.positional(positional.name, { ...positional, type: 'string' });
      return yargs;
    },
    async handler(argv) {
      const flags = new Flags(argv, options, positional?.name);
      process.exitCode = await command.run(flags, positional ? String(argv[positional.name]) : '');
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
