/** Entry point of every thread that thread.ts starts. */
import { workerData } from 'node:worker_threads';
import { freeThreadMemory } from '../../sockets/memory/thread-memory.ts';
import { runTask, type Task } from './task.ts';

try {
  await runTask(workerData as Task);
} finally {
  freeThreadMemory();
}
