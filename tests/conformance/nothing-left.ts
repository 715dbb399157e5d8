import { expect } from 'vitest';
import { type Holdings, holdings, isIdle } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { until } from '../servers/until.ts';
import { keptWorkers } from './kept-workers.ts';

/**
 * Waits until a server is idle and holds no more than before its clients. It may keep threads and processes for later
 * clients up to its limit, and none of the clients' sockets.
 * @param idle what it held before the first client.
 * @param clients number of clients that it has had.
 */
export async function nothingLeft(server: ServerProcess, idle: Holdings, clients: number): Promise<void> {
  const { limit, each } = keptWorkers(server.model);
  await until('all descriptors, threads and processes to come back', () => {
    const now = holdings(server.pid);
    // Some threads and files are opened on first use. One leaked by each client would be many more.
    const threads = now.threads - idle.threads - 14;
    const kept = each.processes > 0 ? now.processes - idle.processes : Math.max(0, Math.min(threads, limit));
    return (
      kept <= limit &&
      now.processes <= idle.processes + kept * each.processes &&
      threads <= kept * each.threads &&
      now.files < idle.files + (kept + 14) * each.files + clients / 2 &&
      now.sockets < idle.sockets + kept * each.sockets + clients / 2
    );
  });
  await until('the server to do nothing any more', () => isIdle(server.pid));
  expect(server.running).toBe(true);
}
