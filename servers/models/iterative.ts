import type { Worker } from 'node:worker_threads';
import { close, localAddress, openServer, SHUT_RDWR, setOption, shutdown } from '../../sockets/socket.ts';
import { serveDatagrams } from '../blocking/datagrams.ts';
import { serveStream } from '../blocking/stream.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { nextConnection } from '../listening/accept.ts';
import { loadApp } from '../served.ts';
import { taskOf } from '../spawning/task.ts';
import { startThreads, tellReady, threadsEnd } from '../spawning/thread.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';
import { kernelTransport } from '../transport.ts';

/** Words of the memory that both threads share. */
const STOP = 0;
/** Descriptor of the connection being served, or 0 for none, so that the main thread can wake the loop. */
const SERVING = 1;

/** Longest wait for the end of the loop when the server closes. */
const CLOSE_LIMIT_MS = 1000;

interface LoopInput {
  readonly fd: number;
  readonly spec: ServerSpec;
  readonly shared: Int32Array;
}

/**
 * Iterative server: serves one connection to its end while the others wait in the accept queue. Over UDP it serves one
 * datagram at a time. Stevens, UNIX Network Programming, volume 1, section 1.5.
 */
export const model: ServerModel = {
  async start(spec, workerEnded): Promise<RunningServer> {
    const fd = openServer(kernelTransport(spec.transport), spec);
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const input: LoopInput = { fd, spec, shared };
    const watch = new WorkerWatch(workerEnded);
    const stop = async (threads: readonly Worker[]) => {
      watch.close();
      Atomics.store(shared, STOP, 1);
      shutdown(fd, SHUT_RDWR);
      const serving = Atomics.load(shared, SERVING);
      if (serving > 0) shutdown(serving, SHUT_RDWR);
      await threadsEnd(threads, CLOSE_LIMIT_MS);
      close(fd);
    };
    // The loop blocks, so it has its own thread; this thread stays free to stop it.
    const threads = await startThreads(
      [taskOf<typeof import('./iterative.ts')>(import.meta.url)('serve', input)],
      stop,
    );
    for (const thread of threads) watch.thread(thread, 'serving thread', 'vital');
    return { address: localAddress(fd), close: () => stop(threads) };
  },
};

/** Runs the loop, in its thread. */
export async function serve({ fd, spec, shared }: LoopInput): Promise<void> {
  const app = await loadApp(spec);
  tellReady();
  if (spec.transport === 'udp') return serveDatagrams(fd, app);
  const stopping = () => Atomics.load(shared, STOP) === 1;
  for (let connection = nextConnection(fd, stopping); connection >= 0; connection = nextConnection(fd, stopping)) {
    setOption(connection, 'TCP_NODELAY', 1);
    Atomics.store(shared, SERVING, connection);
    // Checked after the store: either this thread sees the stop, or the main thread sees the connection.
    if (!stopping()) serveStream(connection, app);
    Atomics.store(shared, SERVING, 0);
    close(connection);
  }
}
