import { EXIT } from '../bench/model/exit-code.ts';
import { exitNow } from '../sockets/process.ts';
import { say } from './output.ts';

/** Work was interrupted before it had anything to save. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
}

/** The work that goes on now, if any. */
let current: AbortController | undefined;

/**
 * Does work that SIGINT (Ctrl-C) and SIGTERM end early: the first aborts the work's signal, so that it can save what
 * it has and tidy up; the second ends the program at once, servers and all: they die with their parent. Work within such
 * work has the same signal.
 * @throws {Interrupted} when the work ends with the reason of the signal.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (current !== undefined) return work(current.signal);
  const controller = new AbortController();
  current = controller;
  const interrupt = () => {
    if (controller.signal.aborted) exitNow(EXIT.interrupted);
    say('\nstopping; once more to stop without saving');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    const { aborted, reason } = controller.signal;
    throw aborted && error === reason ? new Interrupted('interrupted', { cause: error }) : error;
  } finally {
    current = undefined;
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
