/** What a process that runs a foreign command is asked to run. Plain data: it crosses to the process as JSON. */
export interface ForeignSpec {
  /** For `sh -c`. */
  readonly command: string;
  /** Where it runs; without it, where the harness does. */
  readonly directory?: string | undefined;
}

/**
 * The program to run with `node PROGRAM SPEC` and an IPC channel, SPEC being a {@link ForeignSpec} as JSON.
 *
 * It stands between a harness and a command that knows nothing of it. The command runs in a session of its own, and
 * whatever descends from it stays below this program, daemons too. When the command has ended, when the program gets
 * SIGTERM, and when the IPC channel closes, because the harness is gone, it leaves none of them behind. It ends with
 * the command's exit code, or 128 + N when signal N killed the command, as a shell would. What the command writes on
 * stdout is thrown away; its stderr is the program's.
 */
export const foreignProgram = new URL('./foreign-main.js', import.meta.url);
