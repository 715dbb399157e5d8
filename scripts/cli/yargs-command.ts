import type { Argv, CommandModule } from 'yargs';
import { EXIT } from '../../bench/model/exit-code.ts';
import type { Command, FlagSource } from './command.ts';
import { type FlagSchema, readFlags } from './flags.ts';
import { yargsOptions } from './help.ts';

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
