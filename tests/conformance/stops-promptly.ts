import { expect } from 'vitest';
import type { ServerProcess } from '../servers/server-process.ts';

/** The documented limit: a server process ends within 2 s of the signal (servers/spawning/stop-on-signal.ts). */
const STOP_LIMIT_MS = 2000;

/** Sends a server a signal, and expects it to end with code 0 and in time. */
export async function stopsPromptly(server: ServerProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const exit = await server.signal(signal);
  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit.milliseconds).toBeLessThan(STOP_LIMIT_MS);
}
