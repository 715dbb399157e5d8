import yargs from 'yargs';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import type { Command } from './command.ts';
import { ending } from './faults.ts';
import type { FlagSchema } from './flags.ts';
import { endQuietlyOnBrokenPipe, log, reportWidth } from './output.ts';
import { yargsCommand } from './yargs-command.ts';

/** Runs a program that consists of one unnamed command, as `npm run SCRIPT --` does. Sets `process.exitCode`. */
export async function singleCommandMain<S extends FlagSchema>(script: string, command: Command<S>): Promise<void> {
  endQuietlyOnBrokenPipe();
  process.exitCode = await runSingleCommand(script, command, process.argv.slice(2));
}

/**
 * Runs the command line of such a program in this process.
 * @param script name of the script in package.json, for the help.
 * @returns the exit code. Never throws.
 */
export async function runSingleCommand<S extends FlagSchema>(
  script: string,
  command: Command<S>,
  args: readonly string[],
): Promise<number> {
  let ended: number = EXIT.ok;
  // Flags expects the command's name as the first positional argument, before unexpected ones.
  const nameCommand = (argv: { _: (string | number)[] }) => void argv._.unshift(command.name);
  try {
    await yargs(args)
      .scriptName(`npm run ${script} --`)
      .locale('en')
      .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false })
      .middleware(nameCommand, true)
      .command(
        yargsCommand(command, (exitCode) => {
          ended = exitCode;
        }),
      )
      .version(false)
      .alias('help', 'h')
      .wrap(reportWidth())
      .exitProcess(false)
      .fail(false)
      .parseAsync();
  } catch (error) {
    const { lines, exitCode } = ending(error);
    for (const line of lines) log(line);
    if (error instanceof ConfigurationError) log(`Try 'npm run ${script} -- --help'.`);
    return exitCode;
  }
  return ended;
}
