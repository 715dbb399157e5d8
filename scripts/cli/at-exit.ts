import { exitNow } from '../../sockets/os/process.ts';

/** What restores the terminal, newest last. */
const restorers = new Set<() => void>();

/**
 * Has `restore` called when the program ends early, in whatever way it can notice.
 * @returns a function that withdraws that.
 */
export function atExit(restore: () => void): () => void {
  restorers.add(restore);
  process.once('exit', restore);
  return () => {
    restorers.delete(restore);
    process.off('exit', restore);
  };
}

/** Calls what {@link atExit} registered, so that messages can follow on the terminal. */
export function restoreNow(): void {
  for (const restore of [...restorers].reverse()) restore();
}

/** Ends the program at once, with the terminal restored. */
export function endNow(code: number): never {
  restoreNow();
  return exitNow(code);
}
