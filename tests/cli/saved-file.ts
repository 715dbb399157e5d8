/** A trial that is over as soon as it can be. */
export const short = ['--warmup', '0s', '--duration', '50ms'];

/** Where a run saved its results, as it said last. */
export function savedFile(stderr: string): string {
  return /^results saved in (.+)$/m.exec(stderr)?.[1] ?? '';
}
