import { parentPort } from 'node:worker_threads';
import { close, localAddress, openServer, SHUT_RDWR, setOption, shutdown } from '../../sockets/socket.ts';
import { loadApp } from '../apps/catalog.ts';
import { nextConnection, serveDatagrams, serveStream } from '../blocking.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { startThread, threadEnd } from '../thread.ts';

interface LoopInput {
  readonly fd: number;
  readonly spec: ServerSpec;
  /** One flag, shared with the thread: 1 when the loop shall end. */
  readonly stop: Int32Array;
}

/** The connection being served, told to the main thread so that it can wake the loop: a descriptor, or -1 for none. */
type Serving = number;

/**
 * Iterative server: one connection at a time, served to its end, while the others wait in the backlog;
 * over UDP one datagram at a time. Stevens, UNIX Network Programming, volume 1, section 1.5.
 */
export const model: ServerModel = {
  async start(spec: ServerSpec): Promise<RunningServer> {
    const fd = openServer(spec.transport, spec);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const input: LoopInput = { fd, spec, stop };
    // The loop blocks for ever, so it has a thread of its own; this one stays free to stop it.
    const worker = startThread({ module: import.meta.url, run: 'serve', input });
    let serving: Serving = -1;
    worker.on('message', (message: Serving) => {
      serving = message;
    });
    return {
      address: localAddress(fd),
      async close() {
        Atomics.store(stop, 0, 1);
        shutdown(fd, SHUT_RDWR);
        if (serving >= 0) shutdown(serving, SHUT_RDWR);
        await threadEnd(worker, 1000);
        close(fd);
      },
    };
  },
};

/** The loop, in its thread. */
export async function serve({ fd, spec, stop }: LoopInput): Promise<void> {
  const app = await loadApp(spec.app);
  if (spec.transport === 'udp') return serveDatagrams(fd, app, () => Atomics.load(stop, 0) === 1);
  for (let connection = nextConnection(fd); connection >= 0; connection = nextConnection(fd)) {
    setOption(connection, 'TCP_NODELAY', 1);
    parentPort?.postMessage(connection satisfies Serving);
    serveStream(connection, app);
    parentPort?.postMessage(-1 satisfies Serving);
    close(connection);
  }
}
