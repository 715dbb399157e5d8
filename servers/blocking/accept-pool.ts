import type { Worker } from 'node:worker_threads';
import { close, localAddress, SHUT_RDWR, setOption, shutdown } from '../../sockets/socket.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { nextConnection } from '../listening/accept.ts';
import { openListener } from '../listening/listener.ts';
import { ofSeveral } from '../random/random-spec.ts';
import { DescriptorRoom, openRoom } from '../rooms/descriptor-room.ts';
import { loadDatagramApp, loadStreamApp } from '../served.ts';
import { taskOf } from '../spawning/task.ts';
import { signalReady, startThreads, threadsEnd } from '../spawning/thread.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';
import { serveDatagrams } from './datagrams.ts';
import { serveStream } from './stream.ts';

/** Longest wait for the end of the threads when the server closes. */
const CLOSE_LIMIT_MS = 1000;

/** Words of the memory that all threads share: the stop flag, then for each thread the connection that it serves. */
const STOP = 0;
const FIRST_SERVING = 1;

interface PoolInput {
  readonly fd: number;
  readonly spec: ServerSpec;
  readonly shared: Int32Array;
  /** Index of the thread's word in shared memory. Main wakes the thread through the descriptor there; 0 means none. */
  readonly serving: number;
  /** Memory that the clients of all threads share; undefined when the app needs none. */
  readonly room: SharedArrayBuffer | undefined;
}

/**
 * Starts threads that all block in accept on one listener. Each serves its connection to the end; when all are busy,
 * further connections wait in the accept queue. Over UDP all block in recvfrom on one socket, and the thread that
 * receives a datagram answers it. The calling thread stays free to stop them.
 * @param workerEnded as for {@link ServerModel.start}. A thread that ends unexpectedly ends this process, too.
 */
export async function startAcceptPool(
  spec: ServerSpec,
  size: number,
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const fd = openListener(spec);
  const shared = new Int32Array(new SharedArrayBuffer(4 * (FIRST_SERVING + size)));
  const room = needsRoom(spec.app) ? openRoom() : undefined;
  const tasks = taskOf<typeof import('./accept-pool.ts')>(import.meta.url);
  const watch = new WorkerWatch(workerEnded);
  const stop = (threads: readonly Worker[]) => {
    watch.close();
    return stopPool(fd, shared, threads);
  };
  const threads = await startThreads(
    Array.from({ length: size }, (_, i) => {
      return tasks('serve', { fd, spec: ofSeveral(spec, i), shared, serving: FIRST_SERVING + i, room });
    }),
    stop,
  );
  threads.forEach((thread, i) => {
    watch.thread(thread, `pool thread ${i + 1} of ${size}`, 'vital');
  });
  return { address: localAddress(fd), close: () => stop(threads) };
}

async function stopPool(fd: number, shared: Int32Array, threads: readonly Worker[]): Promise<void> {
  Atomics.store(shared, STOP, 1);
  // Wakes all threads that block in accept or recvfrom.
  shutdown(fd, SHUT_RDWR);
  for (let i = FIRST_SERVING; i < shared.length; i++) {
    const serving = Atomics.load(shared, i);
    if (serving > 0) shutdown(serving, SHUT_RDWR);
  }
  await threadsEnd(threads, CLOSE_LIMIT_MS);
  close(fd);
}

/**
 * Runs one thread of the pool.
 * @public named by a task
 */
export async function serve({ fd, spec, shared, serving, room: memory }: PoolInput): Promise<void> {
  if (spec.transport === 'udp') {
    const app = await loadDatagramApp(spec);
    signalReady();
    return serveDatagrams(fd, app);
  }
  const app = await loadStreamApp(spec);
  const room = DescriptorRoom.of(memory);
  signalReady();
  const stopping = () => Atomics.load(shared, STOP) === 1;
  for (let connection = nextConnection(fd, stopping); connection >= 0; connection = nextConnection(fd, stopping)) {
    setOption(connection, 'TCP_NODELAY', 1);
    Atomics.store(shared, serving, connection);
    // Checked after the store: either this thread sees the stop, or the main thread sees the connection.
    if (!stopping()) serveStream(connection, app, room);
    Atomics.store(shared, serving, 0);
    close(connection);
  }
  room?.free();
}
