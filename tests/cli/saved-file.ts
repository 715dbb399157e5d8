/** A trial that is over as soon as it can be. */
export const short = ['--warmup', '50ms', '--duration', '100ms'];

/** Where a run saved its results, as it said last. */
export function savedFile(stderr: string): string {
  return /^results saved in (.+)$/m.exec(stderr)?.[1] ?? '';
}
