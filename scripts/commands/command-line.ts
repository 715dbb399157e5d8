import yargs, { type CommandModule } from 'yargs';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { unknown } from '../../bench/model/nearest.ts';
import { packageVersion } from '../../bench/model/package.ts';
import { plain } from '../../reports/text/plain.ts';
import { ending } from '../cli/faults.ts';
import { log, reportWidth } from '../cli/output.ts';
import { yargsCommand } from '../cli/yargs-command.ts';
import { configured } from '../options/configured-command.ts';
import { configuredCommands, configuredSchemas } from './configured.ts';

/** Name of yargs' own command, which prints a script for ~/.bashrc or ~/.zshrc. */
const COMPLETION = 'completion';

type Ended = (exitCode: number) => void;

const options = configured(configuredSchemas);

/** The commands, in the order of the help. Imported on demand: importing all takes twice as long as importing one. */
const commands: Readonly<Record<string, (ended: Ended) => Promise<CommandModule>>> = {
  bench: async (ended) => yargsCommand(await configuredCommands.bench(), ended, options),
  run: async (ended) => yargsCommand(await configuredCommands.run(), ended, options),
  scale: async (ended) => yargsCommand(await configuredCommands.scale(), ended, options),
  capacity: async (ended) => yargsCommand(await configuredCommands.capacity(), ended, options),
  check: async (ended) => yargsCommand(await configuredCommands.check(), ended, options),
  serve: async (ended) => yargsCommand(await configuredCommands.serve(), ended, options),
  connect: async (ended) => yargsCommand((await import('./connect.ts')).connect, ended),
  list: async (ended) => yargsCommand((await import('./list.ts')).list, ended),
  report: async (ended) => yargsCommand((await import('./report.ts')).report, ended),
  history: async (ended) => yargsCommand((await import('./history.ts')).history, ended),
  init: async (ended) => yargsCommand((await import('./init.ts')).init, ended),
  comment: async (ended) => yargsCommand((await import('./comment.ts')).comment, ended),
  doctor: async (ended) => yargsCommand((await import('./doctor.ts')).doctor, ended),
  agent: async (ended) => yargsCommand((await import('./agent.ts')).agent, ended),
  agents: async (ended) => yargsCommand((await import('./agents.ts')).agents, ended),
  micro: async (ended) => yargsCommand((await import('./micro.ts')).micro, ended),
  schema: async (ended) => yargsCommand((await import('./schema.ts')).schema, ended),
  'protocol-test': async (ended) => yargsCommand((await import('./protocol-test.ts')).protocolTest, ended),
};

/**
 * Loads the commands whose names occur in the arguments. Loads all when none does, as for help and completion; none for the
 * version alone.
 */
function loadNamed(args: readonly string[], ended: Ended): Promise<CommandModule[]> {
  const all = Object.entries(commands);
  const named = all.filter(([name]) => args.includes(name));
  const versionOnly = args.length === 1 && args[0] === '--version';
  const wanted = named.length > 0 || versionOnly ? named : all;
  return Promise.all(wanted.map(([, load]) => load(ended)));
}

function refuseCommand([name]: readonly (string | number)[]): void {
  // yargs has printed the completion script, and still runs this handler, because exitProcess is false.
  if (name === COMPLETION) return;
  const fault =
    name === undefined ? 'no command given' : unknown('command', String(name), [...Object.keys(commands), COMPLETION]);
  throw new ConfigurationError([fault]);
}

/** Refuses flags such as `--constructor`: yargs 18.2 mistakes them for its own settings and fails. */
function refusePrototypeNames(argv: object): void {
  const names = Object.keys(argv).filter((key) => key in Object.prototype);
  if (names.length > 0) throw new ConfigurationError(names.map((name) => `unknown flag --${name}`));
}

/** Turns `--json -` (stdout) into `--json=-`, because yargs does not accept a lone `-` as the value of a flag. */
function joinDashes(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === '-' && args[i - 1]?.startsWith('--')) return [];
    return args[i + 1] === '-' && arg.startsWith('--') ? [`${arg}=-`] : [arg];
  });
}

function program(args: readonly string[], modules: CommandModule[]) {
  return (
    yargs(joinDashes(args))
      .scriptName('sockbench')
      .locale('en')
      .usage('$0 COMMAND [flags]\n\nFloods socket servers of every concurrency model and reports which scales best.')
      // flags.ts checks the flags and reports all faults at once; yargs would stop at the first.
      .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false })
      .middleware(refusePrototypeNames, true)
      .command(modules)
      .completion(COMPLETION, 'Print a script for bash or zsh that completes commands and flags')
      .command('$0', false, {}, (argv) => refuseCommand(argv._))
      .epilogue(
        'Results go to stdout, everything else to stderr. Exit codes: 0 ok, 1 slower or a threshold crossed, ' +
          '2 usage, 3 undecided or invalid, 4 target failed, 5 not comparable, 70 internal fault, 130 interrupted.',
      )
      .version(packageVersion())
      .alias('help', 'h')
      .wrap(reportWidth())
      .exitProcess(false)
      .fail(false)
  );
}

/** Prints on stderr why the program failed. @returns the exit code. */
export function explain(error: unknown): number {
  const { lines, exitCode } = ending(error);
  for (const line of lines.flatMap((text) => text.split('\n'))) log(plain(line));
  if (error instanceof ConfigurationError) log("Try 'sockbench --help', or --help after a command.");
  return exitCode;
}

/**
 * Runs a command line in this process. Results go to stdout, everything else to stderr.
 * @param args the arguments after the program's name.
 * @returns the exit code. Never throws.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const modules = await loadNamed(args, (code) => {
      exitCode = code;
    });
    await program(args, modules).parseAsync();
  } catch (error) {
    return explain(error);
  }
  return exitCode;
}
