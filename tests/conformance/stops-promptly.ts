import { expect } from 'vitest';
import type { ServerProcess } from '../servers/server-process.ts';

/** A server process is gone within 2 s of being told (servers/lifetime.ts); the rest is for a machine that is busy. */
const STOP_LIMIT_MS = 5000;

/** Tells a server to stop, and expects it to end well and in time. */
export async function stopsPromptly(server: ServerProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const exit = await server.signal(signal);
  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit.milliseconds).toBeLessThan(STOP_LIMIT_MS);
}
