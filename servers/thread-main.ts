/** First code of every thread that thread.ts starts. */
import { workerData } from 'node:worker_threads';
import type { ThreadTask } from './thread.ts';

const task = workerData as ThreadTask;
const module = (await import(task.module)) as Record<string, (input: unknown) => unknown>;
await module[task.run]?.(task.input);
