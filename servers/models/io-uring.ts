import type { Worker } from 'node:worker_threads';
import { UnavailableError } from '../../sockets/errno.ts';
import { close, localAddress, openServer, SHUT_RDWR, shutdown } from '../../sockets/socket.ts';
import { whyNoUring } from '../../sockets/uring/availability.ts';
import { RingDatagrams } from '../completion/ring-datagrams.ts';
import { RingStreams } from '../completion/ring-streams.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { loadApp } from '../served.ts';
import { startThreads, tellReady, threadsEnd } from '../spawning/thread.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';
import { kernelTransport } from '../transport.ts';

/** Longest wait for the end of the loop when the server closes. */
const CLOSE_LIMIT_MS = 1000;

interface LoopInput {
  readonly listener: number;
  readonly spec: ServerSpec;
  /** One flag, shared with the thread: 1 when the loop must end. */
  readonly stop: Int32Array;
}

/**
 * Completions instead of readiness, in one thread: io_uring(7). The kernel gets each receive and accept request once
 * and reports what it has done. One turn of the loop takes one system call, however many sockets are active. The
 * proactor pattern: Schmidt et al., Pattern-Oriented Software Architecture, volume 2.
 */
export const model: ServerModel = {
  async start(spec, workerEnded): Promise<RunningServer> {
    const why = whyNoUring();
    if (why !== undefined) throw new UnavailableError(why);
    const listener = openServer(kernelTransport(spec.transport), spec);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const input: LoopInput = { listener, spec, stop };
    const watch = new WorkerWatch(workerEnded);
    const end = async (threads: readonly Worker[]) => {
      watch.close();
      Atomics.store(stop, 0, 1);
      shutdown(listener, SHUT_RDWR);
      await threadsEnd(threads, CLOSE_LIMIT_MS);
      close(listener);
    };
    // Waiting for completions blocks, so the loop has its own thread; this thread stays free to stop it.
    const threads = await startThreads([{ module: import.meta.url, run: 'loop', input }], end);
    for (const thread of threads) watch.thread(thread, 'ring thread', 'vital');
    return { address: localAddress(listener), close: () => end(threads) };
  },
};

/** Runs the loop, in its thread. */
export async function loop({ listener, spec, stop }: LoopInput): Promise<void> {
  const app = await loadApp(spec);
  const stopping = () => Atomics.load(stop, 0) === 1;
  const sockets =
    spec.transport === 'tcp' ? new RingStreams(listener, app, undefined, stopping) : new RingDatagrams(listener, app);
  // Only now is it certain that the ring exists.
  tellReady();
  try {
    // After the flag is set, the listener is shut down, which ends a wait.
    while (!stopping()) sockets.serve();
  } finally {
    sockets.close();
  }
}
