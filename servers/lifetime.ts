import { writeSync } from 'node:fs';
import { exitNow } from '../sockets/process.ts';
import type { RunningServer } from './contract.ts';

const STDERR = 2;

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

/**
 * Ends this process with code 1 when something fails that no code handles, such as a thread whose loop can't go on, and
 * writes the reason on stderr. Node's own way waits for all threads, and so for ever for one in a blocking system call.
 */
export function endOnFailure(): void {
  process.on('uncaughtException', (error) => {
    writeSync(STDERR, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exitNow(1);
  });
}
