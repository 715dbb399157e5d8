import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { StreamReply, StreamSession } from '../apps/app.ts';
import { loadApp, needsRoom, type Served } from '../apps/catalog.ts';
import type { RunningServer, ServerModel, ServerSpec, WorkerEnded } from '../contract.ts';
import { Lookout } from '../lookout.ts';
import { bindDatagram, sendDatagram } from '../node-datagram.ts';
import { type AsyncSession, converse, listenStream } from '../node-stream.ts';
import type { Awaiting } from '../patience.ts';
import type { ConnectionTask, DatagramTask, PoolResult, PoolTask, StreamEvent } from '../pool-task.ts';
import { SocketRoom } from '../rooms/socket-room.ts';
import { ofSeveral } from '../several.ts';
import { WorkerWatch } from '../worker-watch.ts';

/** Datagrams that may be in the pool at a time; further ones are dropped, as a full socket buffer drops them. */
const TASK_LIMIT = 1024;

/**
 * Worker pool: an event loop owns the sockets, and a fixed pool of threads, one a CPU, does the work of every request.
 * Stevens' prethreaded server turned inside out; what Java calls an executor.
 */
export const model: ServerModel = {
  async start(spec, workerEnded): Promise<RunningServer> {
    const pool = new Pool(spec, workerEnded);
    try {
      // What the threads cost to start is not the first clients' to pay.
      await pool.ready();
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

/** What of a spec is served, for a thread. */
function servedOf({ app, work, streamKey, timeLimits }: ServerSpec): Served {
  return { app, work, streamKey, timeLimits };
}

/** A thread of the pool, and the tasks that it has yet to do. */
class PoolThread {
  readonly #piscina: Piscina;
  #tasks = 0;

  readonly #number: number;

  /** @param number of the thread in its pool. */
  constructor(spec: ServerSpec, number: number) {
    this.#number = number;
    this.#piscina = new Piscina({
      filename: fileURLToPath(new URL('../pool-task.js', import.meta.url)),
      name: 'run',
      workerData: ofSeveral(servedOf(spec), number),
      minThreads: 1,
      maxThreads: 1,
      recordTiming: false,
      // The thread has its next task before it is done with one.
      loadBalancer: (_, [thread]) => thread ?? null,
    });
    // Reported by the watch. Piscina starts another thread, and the sessions of the one that ended fail.
    this.#piscina.on('error', () => undefined);
  }

  /** Resolves when the thread has loaded the app and does tasks; from then on it is watched. Rejects when it can't. */
  async ready(watch: WorkerWatch): Promise<void> {
    await this.run({ kind: 'ready' });
    for (const thread of this.#piscina.threads) watch.thread(thread, `pool thread ${this.#number + 1}`, 'lasting');
  }

  /** Tasks that it has not done. */
  get tasks(): number {
    return this.#tasks;
  }

  /** Has the thread do a task. @returns the replies. Rejects when the app throws, or the thread ends. */
  async run(task: PoolTask): Promise<PoolResult> {
    this.#tasks++;
    try {
      return (await this.#piscina.run(task)) as PoolResult;
    } finally {
      this.#tasks--;
    }
  }

  end(): Promise<void> {
    return this.#piscina.destroy();
  }
}

/** The fixed pool. A connection's tasks all go to one thread, which keeps its session; datagrams go to the least busy. */
class Pool {
  readonly #threads: readonly PoolThread[];
  readonly #watch: WorkerWatch;
  #closed = false;

  constructor(spec: ServerSpec, workerEnded?: WorkerEnded) {
    this.#watch = new WorkerWatch(workerEnded);
    this.#threads = Array.from({ length: availableParallelism() }, (_, number) => new PoolThread(spec, number));
  }

  /** Resolves when every thread does tasks. Rejects when one can't. */
  async ready(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ready(this.#watch)));
  }

  /** Has a thread do the task. @returns the replies. Rejects when the app throws, the thread ends or the pool is closed. */
  async run(task: ConnectionTask | DatagramTask): Promise<PoolResult> {
    // A destroyed Piscina would start anew.
    if (this.#closed) throw new Error('the pool is closed');
    return this.#threadFor(task).run(task);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #threadFor(task: ConnectionTask | DatagramTask): PoolThread {
    const threads = this.#threads;
    if (task.kind !== 'datagram') return threads[task.connection % threads.length] as PoolThread;
    return threads.reduce((least, thread) => (thread.tasks < least.tasks ? thread : least));
  }
}
