import yargs from 'yargs';
import { ConfigurationError } from '../bench/model/errors.ts';
import { EXIT } from '../bench/model/exit-code.ts';
import { packageVersion } from '../bench/model/package.ts';
import { plain } from '../reports/plain.ts';
import { yargsCommand } from './command.ts';
import { bench } from './commands/bench.ts';
import { capacity } from './commands/capacity.ts';
import { check } from './commands/check.ts';
import { connect } from './commands/connect.ts';
import { doctor } from './commands/doctor.ts';
import { list } from './commands/list.ts';
import { micro } from './commands/micro.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { scale } from './commands/scale.ts';
import { serve } from './commands/serve.ts';
import { ending } from './faults.ts';
import { unknown } from './nearest.ts';
import { reportWidth, say } from './output.ts';

/** yargs' own command: its script goes into ~/.bashrc or ~/.zshrc. */
const COMPLETION = 'completion';

const commandNames = [
  ...[bench, run, scale, capacity, check, serve, connect, list, report, doctor, micro].map(({ name }) => name),
  COMPLETION,
];

function refuseCommand([name]: readonly (string | number)[]): void {
  // yargs has printed the script, and comes here nevertheless, as it mustn't exit.
  if (name === COMPLETION) return;
  const fault = name === undefined ? 'no command given' : unknown('command', String(name), commandNames);
  throw new ConfigurationError([fault]);
}

/** yargs 18.2 takes flags such as `--constructor` for settings of its own and fails. */
function refusePrototypeNames(argv: object): void {
  const names = Object.keys(argv).filter((key) => key in Object.prototype);
  if (names.length > 0) throw new ConfigurationError(names.map((name) => `unknown flag --${name}`));
}

/** yargs does not take a lone `-` for a flag's value, and `--json -` is how one asks for stdout. */
function joinDashes(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === '-' && args[i - 1]?.startsWith('--')) return [];
    return args[i + 1] === '-' && arg.startsWith('--') ? [`${arg}=-`] : [arg];
  });
}

function program(args: readonly string[], ended: (exitCode: number) => void) {
  return (
    yargs(joinDashes(args))
      .scriptName('sockbench')
      .locale('en')
      .usage('$0 COMMAND [flags]\n\nFloods socket servers of every concurrency model and says which scales best.')
      // Flags are checked by flags.ts, which names all faults at once; yargs stops at the first.
      .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false })
      .middleware(refusePrototypeNames, true)
      .command([
        yargsCommand(bench, ended),
        yargsCommand(run, ended),
        yargsCommand(scale, ended),
        yargsCommand(capacity, ended),
        yargsCommand(check, ended),
        yargsCommand(serve, ended),
        yargsCommand(connect, ended),
        yargsCommand(list, ended),
        yargsCommand(report, ended),
        yargsCommand(doctor, ended),
        yargsCommand(micro, ended),
      ])
      .completion(COMPLETION, 'Print a script that has bash or zsh complete commands and flags')
      .command('$0', false, {}, (argv) => refuseCommand(argv._))
      .epilogue(
        'Results go to stdout, everything else to stderr. Exit codes: 0 ok, 1 slower or a threshold crossed, 2 usage, 3 undecided or invalid, 4 target failed, 5 not comparable, 70 internal fault, 130 interrupted.',
      )
      .version(packageVersion())
      .alias('help', 'h')
      .wrap(reportWidth())
      .exitProcess(false)
      .fail(false)
  );
}

/** Says on stderr why the program failed. @returns the exit code. */
export function explain(error: unknown): number {
  const { lines, exitCode } = ending(error);
  for (const line of lines.flatMap((text) => text.split('\n'))) say(plain(line));
  if (error instanceof ConfigurationError) say("Try 'sockbench --help', or --help after a command.");
  return exitCode;
}

/**
 * Does what a command line asks for, in this process: results go to stdout, everything else to stderr.
 * @param args what follows the program's name.
 * @returns the exit code. Never throws.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await program(args, (code) => {
      exitCode = code;
    }).parseAsync();
  } catch (error) {
    return explain(error);
  }
  return exitCode;
}
