import { expect } from 'vitest';
import { type Holdings, holdings, isIdle } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { until } from '../servers/until.ts';

/**
 * Waits until a server holds no more than before it had clients, and rests.
 * @param idle what it held before the first client.
 * @param clients how many it has had.
 */
export async function nothingLeft(server: ServerProcess, idle: Holdings, clients: number): Promise<void> {
  await until('all descriptors, threads and processes to come back', () => {
    const now = holdings(server.pid);
    // Some are opened on first use; one left behind by each client would be many more.
    return now.processes <= idle.processes && now.threads < idle.threads + 15 && now.files < idle.files + clients / 2;
  });
  await until('the server to do nothing any more', () => isIdle(server.pid));
  expect(server.running).toBe(true);
}
