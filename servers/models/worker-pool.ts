import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { StreamReply, StreamSession } from '../apps/app.ts';
import { loadApp, needsRoom } from '../apps/catalog.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { Lookout } from '../lookout.ts';
import { bindDatagram, sendDatagram } from '../node-datagram.ts';
import { type AsyncSession, converse, listenStream } from '../node-stream.ts';
import type { Awaiting } from '../patience.ts';
import type { PoolResult, PoolTask, PoolThread, StreamEvent } from '../pool-task.ts';
import { SocketRoom } from '../rooms/socket-room.ts';

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
      const server = await (spec.transport === 'udp' ? serveDatagrams(spec, pool) : serveStreams(spec, pool));
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

async function serveStreams(spec: ServerSpec, pool: Pool): Promise<RunningServer> {
  const app = await loadApp(spec);
  const together = { room: needsRoom(spec.app) ? new SocketRoom() : undefined, lookout: Lookout.of(app) };
  // Never talked to: it shows what there is to call.
  const pattern = app.stream();
  let connections = 0;
  return listenStream(spec, async (socket) => {
    const session = new PooledSession(pool, ++connections);
    await converse(socket, session.as(pattern), together);
    await session.forget();
  });
}

/** A session that lives in a thread of the pool. */
class PooledSession {
  readonly #pool: Pool;
  readonly #connection: number;
  #opening = true;
  /** As the session was after the last task; while one is under way, the peer is awaited for nothing. */
  #awaiting: Awaiting = { turn: 0, patienceMs: 0 };

  constructor(pool: Pool, connection: number) {
    this.#pool = pool;
    this.#connection = connection;
  }

  /** With the optional calls that `pattern` has, and no others: each would cost a task. */
  as({ open, finish, produce, expire, patienceMs = 0 }: StreamSession): AsyncSession {
    this.#awaiting = { turn: 0, patienceMs };
    const awaiting = () => this.#awaiting;
    return {
      get turn() {
        return awaiting().turn;
      },
      get patienceMs() {
        return awaiting().patienceMs;
      },
      // One task in flight a connection: replies keep their order, and nothing is read meanwhile.
      receive: (bytes, start, end, reply) =>
        this.#tell({ kind: 'receive', bytes: exactly(bytes.subarray(start, end)) }, reply),
      ...(open && { open: (reply) => this.#tell({ kind: 'open' }, reply) }),
      ...(finish && { finish: (reply) => this.#tell({ kind: 'finish' }, reply) }),
      ...(expire && { expire: (reply) => this.#tell({ kind: 'expire' }, reply) }),
      ...(produce && { produce: (reply) => this.#tell({ kind: 'produce' }, reply) }),
    };
  }

  /** Has the thread forget the session, if it ever heard of it. Never rejects. */
  async forget(): Promise<void> {
    if (this.#opening) return;
    await this.#pool.run({ kind: 'forget', connection: this.#connection }).catch(() => undefined);
  }

  async #tell(event: StreamEvent, reply: StreamReply): Promise<void> {
    const opening = this.#opening;
    this.#opening = false;
    this.#awaiting = { turn: this.#awaiting.turn, patienceMs: 0 };
    const { parts, toOthers, ended, awaiting } = await this.#pool.run({
      kind: 'stream',
      connection: this.#connection,
      opening,
      event,
    });
    if (awaiting !== undefined) this.#awaiting = awaiting;
    // They came for this reply alone, and nobody will change them.
    for (const part of parts) reply.sendConstant(part, 0, part.length);
    for (const part of toOthers) reply.toOthers(part, 0, part.length);
    if (ended) reply.end();
  }
}

function serveDatagrams(spec: ServerSpec, pool: Pool): Promise<RunningServer> {
  let tasks = 0;
  return bindDatagram(spec, async (datagram, peer, socket) => {
    if (tasks >= TASK_LIMIT) return;
    tasks++;
    try {
      const { parts } = await pool.run({ kind: 'datagram', bytes: exactly(datagram) });
      for (const part of parts) await sendDatagram(socket, part, peer);
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
      workerData: {
        served: { app: spec.app, work: spec.work, streamKey: spec.streamKey, timeLimits: spec.timeLimits },
        started: new Int32Array(new SharedArrayBuffer(4)),
      } satisfies PoolThread,
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
  async run(task: PoolTask): Promise<PoolResult> {
    // A destroyed Piscina would start anew.
    if (this.#closed) throw new Error('the pool is closed');
    const queue: PoolQueue = task.kind === 'datagram' ? null : { connection: task.connection };
    return this.#piscina.run({ ...task, [queueOptions]: queue }) as Promise<PoolResult>;
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#piscina.destroy();
  }
}
