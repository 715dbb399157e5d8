/** Flags of a trial that is as short as possible. */
export const short = ['--warmup', '0s', '--duration', '50ms'];

/** Returns the file that a run saved its results in, as printed in its last line. */
export function savedFile(stderr: string): string {
  return /^results saved in (.+)$/m.exec(stderr)?.[1] ?? '';
}
