/** A foreign command to run. Plain data: it crosses to the process as JSON. */
export interface ForeignSpec {
  /** For `sh -c`. */
  readonly command: string;
  /** Working directory; the default is the harness's. */
  readonly directory?: string | undefined;
  /** The harness's NODE_EXTRA_CA_CERTS, which the program's own environment lacks. */
  readonly extraCertificates?: string | undefined;
}

/**
 * The program to run with `node PROGRAM SPEC` and an IPC channel. SPEC is a {@link ForeignSpec} as JSON.
 *
 * It supervises a command that knows nothing of the harness. The command runs in its own session. All its descendants
 * stay below this program, including daemons. The program kills all of them when the command has ended, when it gets
 * SIGTERM, and when the IPC channel closes, which means that the harness is gone. Its exit code is the command's, or
 * 128 + N when signal N killed the command, as in a shell. It discards the command's stdout and passes its stderr on.
 */
export const foreignProgram = new URL('./foreign-command-main.js', import.meta.url);
