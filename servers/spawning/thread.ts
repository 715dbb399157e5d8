import { once } from 'node:events';
import { parentPort, SHARE_ENV, Worker } from 'node:worker_threads';
import type { Task } from './task.ts';

/**
 * Starts a worker thread that runs a task and ends when that returns (or its promise settles). A thread
 * blocked in a system call ends only when the call is woken: shut its sockets down first. Code in the thread sends
 * messages through `parentPort`.
 */
export function startThread(task: Task): Worker {
  // SHARE_ENV saves a copy of the environment for each thread.
  return new Worker(new URL('./thread-main.js', import.meta.url), { workerData: task, env: SHARE_ENV });
}

/** In a thread: reports that it is ready, before its first blocking call. See {@link startThreads}. */
export function signalReady(): void {
  parentPort?.postMessage('ready');
}

/**
 * Starts threads, and resolves to them when each is ready. When one can't be started, or fails before, the others are
 * stopped.
 * @param stop wakes and ends the started threads, resolves when they have ended, and releases what they share, such as
 * a listener.
 * @param onMessage is called with every message of each thread; the first is its ready message.
 * @throws why a thread could not start, or failed, such as a SystemError for lack of descriptors.
 */
export async function startThreads(
  tasks: readonly Task[],
  stop: (threads: readonly Worker[]) => Promise<void>,
  onMessage?: (message: unknown, thread: Worker) => void,
): Promise<Worker[]> {
  const threads: Worker[] = [];
  try {
    for (const task of tasks) {
      const thread = startThread(task);
      threads.push(thread);
      if (onMessage !== undefined) thread.on('message', (message) => onMessage(message, thread));
    }
    await Promise.all(threads.map((thread) => once(thread, 'message')));
    return threads;
  } catch (error) {
    // The others may fail as well: one error is enough.
    for (const thread of threads) thread.on('error', () => undefined);
    await stop(threads);
    throw error;
  }
}

/** Resolves when all of them have ended, or after `timeoutMs`, whichever comes first. */
export async function threadsEnd(threads: readonly Worker[], timeoutMs: number): Promise<void> {
  await Promise.all(threads.map((thread) => threadEnd(thread, timeoutMs)));
}

function threadEnd(worker: Worker, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    // An ended thread has no id, and emits no further exit event.
    if (worker.threadId === -1) return resolve();
    const timer = setTimeout(resolve, timeoutMs);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
