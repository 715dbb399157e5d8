/** Entry point of every thread that thread.ts starts. */
import { workerData } from 'node:worker_threads';
import { freeThreadMemory } from '../../sockets/thread-memory.ts';
import type { ThreadTask } from './thread.ts';

const task = workerData as ThreadTask;
const module = (await import(task.module)) as Record<string, (input: unknown) => unknown>;
try {
  await module[task.run]?.(task.input);
} finally {
  freeThreadMemory();
}
