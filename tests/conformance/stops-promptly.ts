import { expect } from 'vitest';
import type { ServerProcess } from '../servers/server-process.ts';

/** What a server process promises to the outside: gone within 2 s of being told (servers/lifetime.ts). */
const STOP_LIMIT_MS = 2000;

/** Tells a server to stop, and expects it to end well and in time. */
export async function stopsPromptly(server: ServerProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const exit = await server.signal(signal);
  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit.milliseconds).toBeLessThan(STOP_LIMIT_MS);
}
