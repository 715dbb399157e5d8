import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { bindDatagram, sendDatagram } from '../node-datagram.ts';
import { converse, listenStream } from '../node-stream.ts';
import type { PoolTask } from '../pool-task.ts';

/** Datagrams that may be in the pool at a time; further ones are dropped, as a full socket buffer drops them. */
const TASK_LIMIT = 1024;

/**
 * Worker pool: an event loop owns the sockets, and a fixed pool of threads, one a CPU, does the work of every request.
 * Stevens' prethreaded server turned inside out; what Java calls an executor.
 */
export const model: ServerModel = {
  async start(spec): Promise<RunningServer> {
    const pool = new Pool(spec);
    try {
      const server = await (spec.transport === 'tcp' ? serveStreams(spec, pool) : serveDatagrams(spec, pool));
      return {
        address: server.address,
        async close() {
          await Promise.all([server.close(), pool.close()]);
        },
      };
    } catch (error) {
      await pool.close();
      throw error;
    }
  },
};

function serveStreams(spec: ServerSpec, pool: Pool): Promise<RunningServer> {
  let connections = 0;
  return listenStream(spec, async (socket) => {
    const connection = ++connections;
    let opening = true;
    // One task in flight a connection: replies keep their order, and nothing is read meanwhile.
    await converse(socket, async (chunk) => {
      const replies = await pool.run({ kind: 'chunk', connection, opening, bytes: exactly(chunk) });
      opening = false;
      for (const reply of replies) socket.write(reply);
    });
    if (!opening) await pool.run({ kind: 'end', connection }).catch(() => undefined);
  });
}

function serveDatagrams(spec: ServerSpec, pool: Pool): Promise<RunningServer> {
  let tasks = 0;
  return bindDatagram(spec, async (datagram, peer, socket) => {
    if (tasks >= TASK_LIMIT) return;
    tasks++;
    try {
      const replies = await pool.run({ kind: 'datagram', bytes: exactly(datagram) });
      for (const reply of replies) await sendDatagram(socket, reply, peer);
    } catch {
      // The app failed on this datagram, or the server is closing: it goes unanswered.
    } finally {
      tasks--;
    }
  });
}

/** The bytes in a buffer of their own: crossing to a thread copies the whole buffer that a view looks at. */
function exactly(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** What the pool goes by when it chooses a thread. */
type PoolQueue = { readonly connection: number } | null;

// Piscina's types say `symbol` where they mean this one.
const queueOptions: unique symbol = Piscina.queueOptionsSymbol as never;
interface QueuedTask {
  readonly [queueOptions]: PoolQueue;
}

/** The fixed pool. A connection's tasks all go to one thread, which keeps its session; datagrams go to the least busy. */
class Pool {
  readonly #piscina: Piscina;
  #closed = false;

  constructor(spec: ServerSpec) {
    const threads = availableParallelism();
    this.#piscina = new Piscina({
      filename: fileURLToPath(new URL('../pool-task.js', import.meta.url)),
      name: 'run',
      workerData: spec.app,
      minThreads: threads,
      maxThreads: threads,
      recordTiming: false,
      loadBalancer(task, workers) {
        const connection = (task as unknown as QueuedTask)[queueOptions]?.connection;
        if (connection !== undefined) return workers[connection % workers.length] ?? null;
        return workers.reduce((least, worker) => (worker.currentUsage < least.currentUsage ? worker : least));
      },
    });
  }

  /** Has a thread do the task. @returns the replies. Rejects when the app throws or the pool is closed. */
  async run(task: PoolTask): Promise<Uint8Array[]> {
    // A destroyed Piscina would start anew.
    if (this.#closed) throw new Error('the pool is closed');
    const queue: PoolQueue = task.kind === 'datagram' ? null : { connection: task.connection };
    return this.#piscina.run({ ...task, [queueOptions]: queue }) as Promise<Uint8Array[]>;
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#piscina.destroy();
  }
}
