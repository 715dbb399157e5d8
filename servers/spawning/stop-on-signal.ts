import { writeSync } from 'node:fs';
import { exitNow } from '../../sockets/os/process.ts';
import type { RunningServer } from '../contract.ts';

const STDERR = 2;

/** How long a server may take to close before the process exits anyway. The documented limit is 2 s. */
const CLOSE_LIMIT_MS = 1_700;

/**
 * Ends this process on SIGTERM, on SIGINT, and when the parent that holds its IPC channel is gone. It closes the server
 * first. Threads that are still blocked after the time limit end with the process. Exit code 0.
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
 * Ends this process with code 1 on an error that no code handles, such as a thread whose loop can't continue, and
 * writes the reason to stderr. Node's own handling would wait for all threads, and so forever for one in a blocking
 * system call.
 */
export function endOnFailure(): void {
  process.on('uncaughtException', (error) => {
    writeSync(STDERR, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exitNow(1);
  });
}
