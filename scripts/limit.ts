/** `npm run bench:limit`: see commands/limit.ts and docs/limits.md. */
import yargs from 'yargs';
import { ConfigurationError } from '../bench/model/errors.ts';
import { yargsCommand } from './command.ts';
import { limit } from './commands/limit.ts';
import { ending } from './faults.ts';
import { endQuietlyOnBrokenPipe, reportWidth, say } from './output.ts';

/** The only command goes without a name, but what reads flags expects one before the arguments that are too many. */
function nameCommand(argv: { _: (string | number)[] }): void {
  argv._.unshift(limit.name);
}

endQuietlyOnBrokenPipe();
try {
  await yargs(process.argv.slice(2))
    .scriptName('npm run bench:limit --')
    .locale('en')
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false })
    .middleware(nameCommand, true)
    .command(yargsCommand(limit))
    .version(false)
    .alias('help', 'h')
    .wrap(reportWidth())
    .exitProcess(false)
    .fail(false)
    .parseAsync();
} catch (error) {
  const { lines, exitCode } = ending(error);
  for (const line of lines) say(line);
  if (error instanceof ConfigurationError) say("Try 'npm run bench:limit -- --help'.");
  process.exitCode = exitCode;
}
