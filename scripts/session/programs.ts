import type { ForeignServer, OwnersCommand, SingleTarget } from '../../bench/model/configuration.ts';
import { REFERENCE } from '../../bench/model/stored-baseline.ts';
import type { Reason } from '../../bench/model/trial.ts';
import { asTyped, type Flags } from '../cli/flags.ts';
import { build, checkOut } from './checkout.ts';

/** The two programs of a check, as given on the command line. */
export interface Programs {
  /** The baseline. With a stored baseline, it is the built-in model that serves as the reference. */
  readonly a: SingleTarget;
  readonly b: ForeignServer | OwnersCommand;
  /**
   * Prepares both programs to run: checks out and builds, where requested.
   * @param signal cancels: builds are ended and the checkout is removed.
   * @param note receives what it does, and what is doubtful.
   */
  prepare(signal: AbortSignal, note: (line: string) => void): Promise<PreparedPrograms>;
}

export interface PreparedPrograms {
  readonly arms: Pick<Programs, 'a' | 'b'>;
  readonly warnings: readonly Reason[];
  /** Removes the checkout. Never rejects. */
  dispose(): Promise<void>;
}

type ProgramFlags = Flags<
  { readonly [Name in 'a' | 'b' | 'baseline-ref' | 'baseline' | 'exec' | 'build']?: string | undefined } & {
    readonly 'start-timeout': number;
    readonly 'serve-on'?: unknown;
  }
>;

/** Digits of a commit hash that are shown. */
const SHORT_COMMIT = 9;

/** Reads the programs to compare: -a and -b, or --exec with --baseline-ref or --baseline. */
export function readPrograms(flags: ProgramFlags): Programs {
  const { 'start-timeout': startLimitMs, 'baseline-ref': ref } = flags.values;
  const server = (name: string, command: string, directory?: string): ForeignServer => ({
    ...{ kind: 'exec', name, command, startLimitMs },
    ...(directory !== undefined && { directory }),
  });
  if (flags.values['serve-on'] !== undefined) return ownersPrograms(flags);
  if (flags.isGiven('baseline')) return referencePrograms(flags, server);
  if (ref !== undefined) return baselinePrograms(flags, ref, server);
  if (flags.isGiven('exec')) {
    flags.refuse('--exec needs --baseline-ref or --baseline; without them, use -a and -b');
  }
  if (flags.isGiven('build')) flags.refuse('--build needs --baseline-ref; without it, use -a and -b');
  const [a, b] = (['a', 'b'] as const).map((name) => {
    const command = readCommand(flags, name, 'specify what to compare');
    return server(command, command);
  }) as [ForeignServer, ForeignServer];
  return ready({ a, b });
}

/** Reads programs of another machine's owner: -a and -b are their names there. */
function ownersPrograms(flags: ProgramFlags): Programs {
  for (const other of ['baseline', 'baseline-ref', 'exec', 'build'] as const) {
    if (flags.isGiven(other))
      flags.refuse(`--${other} can't be combined with --serve-on, whose machine lists its programs`);
  }
  const { 'start-timeout': startLimitMs } = flags.values;
  const [a, b] = (['a', 'b'] as const).map((side): OwnersCommand => {
    const { [side]: name = '' } = flags.values;
    if (name === '' || name.includes('{')) {
      flags.refuse(
        `-${side}: with --serve-on, give the name of a command that its owner lists (agent --serve-command)`,
      );
    }
    return { kind: 'owned', name, startLimitMs };
  }) as [OwnersCommand, OwnersCommand];
  return ready({ a, b });
}

/** Returns programs that need no preparation. */
function ready(arms: Pick<Programs, 'a' | 'b'>): Programs {
  return { ...arms, prepare: async () => ({ arms, warnings: [], dispose: async () => {} }) };
}

function referencePrograms(flags: ProgramFlags, server: (name: string, command: string) => ForeignServer): Programs {
  for (const other of ['a', 'b', 'baseline-ref', 'build'] as const) {
    if (flags.isGiven(other)) {
      flags.refuse(`${asTyped(other)} can't be combined with --baseline, which compares --exec with recorded runs`);
    }
  }
  const command = readCommand(flags, 'exec', 'specify what to compare with the recorded runs');
  return ready({ a: { kind: 'model', model: REFERENCE.model }, b: server(command, command) });
}

function baselinePrograms(
  flags: ProgramFlags,
  ref: string,
  server: (name: string, command: string, directory?: string) => ForeignServer,
): Programs {
  for (const other of ['a', 'b'] as const) {
    if (flags.isGiven(other))
      flags.refuse(`${asTyped(other)} can't be combined with --baseline-ref, which runs --exec in both checkouts`);
  }
  const command = readCommand(flags, 'exec', 'specify what to run in both checkouts');
  const buildCommand = flags.values.build;
  return {
    a: server(ref, command),
    b: server('here', command),
    async prepare(signal, note) {
      const baseline = await checkOut(ref, signal);
      try {
        for (const directory of buildCommand === undefined ? [] : [baseline.directory, process.cwd()]) {
          note(`building in ${directory}`);
          await build(buildCommand ?? '', directory, signal);
        }
      } catch (error) {
        await baseline.dispose();
        throw error;
      }
      const a = server(`${ref} (${baseline.commit.slice(0, SHORT_COMMIT)})`, command, baseline.directory);
      const warnings = baseline.isHere ? [sameSources(ref)] : [];
      for (const { message } of warnings) note(message);
      return { arms: { a, b: server('here', command, process.cwd()) }, warnings, dispose: () => baseline.dispose() };
    },
  };
}

function sameSources(ref: string): Reason {
  return {
    code: 'same-sources',
    message:
      `A and B are the same: ${ref} is checked out here, and no tracked file differs; ` +
      'after a push, compare with the commit before, such as --baseline-ref HEAD^',
  };
}

/**
 * Reads a command. A refused one is replaced by a valid placeholder, so that it is reported only once.
 * @param request the request to print when the flag is missing.
 */
function readCommand(flags: ProgramFlags, name: 'a' | 'b' | 'exec', request: string): string {
  const command = flags.values[name] ?? '';
  if (command.includes('{port}') || command.includes('{path}')) return command;
  flags.refuse(
    command === ''
      ? `${request}: ${asTyped(name)} 'CMD {port}' is missing`
      : `${asTyped(name)}: '${command}' has no {port}: write it where the port goes`,
  );
  return '{port} {transport}';
}
