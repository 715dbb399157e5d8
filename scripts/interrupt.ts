import { EXIT } from '../bench/model/exit-code.ts';
import { exitNow } from '../sockets/process.ts';
import { say } from './output.ts';

/**
 * Does work that SIGINT (Ctrl-C) and SIGTERM end early: the first aborts the work's signal, so that it can save what
 * it has; the second ends the program at once, servers and all: they die with their parent.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) exitNow(EXIT.interrupted);
    say('\nstopping; once more to stop without saving');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
