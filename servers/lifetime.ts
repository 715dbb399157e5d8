import { exitNow } from '../sockets/process.ts';
import type { RunningServer } from './contract.ts';

/** How long a server may take to close before the process ends without it; the promise to the outside is 2 s. */
const CLOSE_LIMIT_MS = 1_700;

/**
 * Ends this process when it is told to: on SIGTERM or SIGINT, and when the parent that holds its IPC channel is gone.
 * The server is closed first; threads that are still blocked by then end with the process. Exit code 0.
 */
export function stopOnSignal(server: RunningServer): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(exitNow, CLOSE_LIMIT_MS, 0);
    server.close().finally(() => exitNow(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}
