import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { loadDatagramApp, loadStreamApp } from '../served.ts';
import { type LoopInput, startLoops } from '../spawning/loop-threads.ts';
import { taskOf } from '../spawning/task.ts';
import { signalReady } from '../spawning/thread.ts';
import { RingDatagrams } from './ring-datagrams.ts';
import { RingStreams } from './ring-streams.ts';

/** Runs a loop around an io_uring on a listener: see {@link startLoops}. */
export function startRingLoop(spec: ServerSpec, listener: number, workerEnded?: WorkerEnded): Promise<RunningServer> {
  const tasks = taskOf<typeof import('./ring-loop.ts')>(import.meta.url);
  return startLoops((input) => tasks('loop', input), spec, [listener], workerEnded);
}

/**
 * Runs the loop, in its thread.
 * @public named by a task
 */
export async function loop({ listener, spec, stop }: LoopInput): Promise<void> {
  const stopping = () => Atomics.load(stop, 0) === 1;
  const sockets =
    spec.transport === 'udp'
      ? new RingDatagrams(listener, await loadDatagramApp(spec))
      : new RingStreams(listener, await loadStreamApp(spec), undefined, stopping);
  // Only now is it certain that the ring exists.
  signalReady();
  try {
    // After the flag is set, the listener is shut down, which ends a wait.
    while (!stopping()) sockets.serve();
  } finally {
    sockets.close();
  }
}
