import type { Worker } from 'node:worker_threads';
import { close, localAddress, SHUT_RDWR, shutdown } from '../sockets/socket.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from './contract.ts';
import { openRoom } from './rooms/descriptor-room.ts';
import { ofSeveral } from './several.ts';
import { startThreads, threadsEnd } from './thread.ts';
import { WorkerWatch } from './worker-watch.ts';

/** What a loop over readiness is given, in its thread. */
export interface LoopInput {
  /** The loop's own socket, non-blocking: a TCP listener, or what receives datagrams. */
  readonly listener: number;
  /** Of the loop itself, where there are several. */
  readonly spec: ServerSpec;
  /** One flag, shared with all loops of a server: 1 when they shall end. Look at it after each wait. */
  readonly stop: Int32Array;
  /** The same for all loops of a server; undefined when the app needs none. */
  readonly room: SharedArrayBuffer | undefined;
}

/** How long to wait for the loops to end when the server is closed. */
const CLOSE_LIMIT_MS = 1000;

/**
 * Runs a loop over readiness for each listener. A wait blocks, so each loop has a thread of its own; the calling one stays
 * free to stop them: shutting a listener down makes it ready, which wakes its loop.
 * @param module URL of a module that exports the loop as `loop`; called with a {@link LoopInput}. It calls `tellReady` of
 * thread.ts when it is about to wait.
 * @param listeners on one address; closed when the server is, or can't start.
 * @param workerEnded as of {@link ServerModel.start}; a loop that ends by itself ends this process, too.
 * @throws {SystemError} when a loop can't have what it needs, such as a descriptor.
 */
export async function startLoops(
  module: string,
  spec: ServerSpec,
  listeners: readonly [number, ...number[]],
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const room = openRoom(spec);
  const tasks = listeners.map((listener, i) => {
    const input: LoopInput = { listener, spec: ofSeveral(spec, i), stop, room };
    return { module, run: 'loop', input };
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
