import { EXIT } from '../../bench/model/exit-code.ts';
import { endNow } from './at-exit.ts';
import { log } from './output.ts';

/** Thrown when work was interrupted before it had anything to save. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
}

/** Controller of the work in progress, if any. */
let current: AbortController | undefined;

/**
 * Runs work that SIGINT (Ctrl-C) and SIGTERM end early. The first signal aborts `signal`, so that the work can save its
 * results and clean up. The second ends the program at once; its servers die with their parent. Nested calls share one
 * AbortSignal.
 * @throws {Interrupted} when the work rejects with the reason of the AbortSignal.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (current !== undefined) return work(current.signal);
  const controller = new AbortController();
  current = controller;
  const interrupt = () => {
    if (controller.signal.aborted) endNow(EXIT.interrupted);
    log('\nstopping; interrupt again to stop without saving');
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
