import type { Argv, CommandModule } from 'yargs';
import { EXIT } from '../../bench/model/exit-code.ts';
import type { Command, FlagSource } from './command.ts';
import { type FlagSchema, readFlags } from './flags.ts';
import { yargsOptions } from './help.ts';

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
  const options = yargsOptions({ ...schema.shape, ...source.flags });
  let parser: Argv | undefined;
  return {
    command: positional ? `${name} [${positional.name}${positional.several ? '..' : ''}]` : name,
    describe,
    builder(yargs) {
      parser = yargs
        // Before the flags: of some commands these are long, and an example is what most users need.
        .usage(helpHead(command))
        .options(options);
      if (positional) {
        const { name, several: _, ...shown } = positional;
        yargs.positional(name, { ...shown, type: 'string' });
      }
      return yargs;
    },
    async handler(argv) {
      // yargs lays out the help of each command that it runs, which takes longer than loading it. This makes it short,
      // and leaves its lines as they are.
      for (const flag of Object.keys(options)) parser?.hide(flag);
      parser?.wrap(null);
      const flags = await source.read(command, argv);
      const args = positional ? [argv[positional.name] ?? []].flat().map(String) : [];
      ended(flags === undefined ? EXIT.ok : await command.run(flags, ...args));
    },
  };
}
