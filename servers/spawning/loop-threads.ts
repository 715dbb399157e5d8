import type { Worker } from 'node:worker_threads';
import { close, localAddress, SHUT_RDWR, shutdown } from '../../sockets/socket.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { ofSeveral } from '../random/random-spec.ts';
import type { Task } from './task.ts';
import { startThreads, threadsEnd } from './thread.ts';
import { WorkerWatch } from './worker-watch.ts';

/** Input of a loop of sockets in its thread. */
export interface LoopInput {
  /** The loop's own non-blocking socket: a TCP listener, or a UDP socket. */
  readonly listener: number;
  /** Spec of this loop, where there are several. */
  readonly spec: ServerSpec;
  /** One flag shared by all loops of a server: 1 when they must end. Check it after each wait. */
  readonly stop: Int32Array;
}

/** Maximum wait for the loops to end when the server is closed, in milliseconds. */
const CLOSE_LIMIT_MS = 1000;

/**
 * Runs a loop for each listener. A wait blocks, so each loop has its own thread. The calling thread stays
 * free to stop them: a listener that is shut down becomes ready, which wakes its loop.
 * @param taskFor makes the task of a loop. The loop calls `signalReady` of thread.ts when it is about to wait.
 * @param listeners sockets on one address. They are closed when the server is closed or can't start.
 * @param workerEnded as for {@link ServerModel.start}. A loop that ends unexpectedly ends this process, too.
 * @throws {SystemError} when a loop lacks a resource, such as a descriptor.
 */
export async function startLoops(
  taskFor: (input: LoopInput) => Task,
  spec: ServerSpec,
  listeners: readonly [number, ...number[]],
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const tasks = listeners.map((listener, i) => {
    return taskFor({ listener, spec: ofSeveral(spec, i), stop });
  });
  const watch = new WorkerWatch(workerEnded);
  const close = (threads: readonly Worker[]) => {
    watch.close();
    return stopLoops(listeners, stop, threads);
  };
  const threads = await startThreads(tasks, close);
  threads.forEach((thread, i) => {
    watch.thread(thread, `event loop thread ${i + 1} of ${threads.length}`, 'vital');
  });
  return { address: localAddress(listeners[0]), close: () => close(threads) };
}

async function stopLoops(listeners: readonly number[], stop: Int32Array, threads: readonly Worker[]): Promise<void> {
  Atomics.store(stop, 0, 1);
  for (const listener of listeners) shutdown(listener, SHUT_RDWR);
  await threadsEnd(threads, CLOSE_LIMIT_MS);
  for (const listener of listeners) close(listener);
}
