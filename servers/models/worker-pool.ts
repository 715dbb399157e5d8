import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { HttpApp, StreamReply, StreamSession } from '../apps/app.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { RunningServer, ServerModel, ServerSpec, WorkerEnded } from '../contract.ts';
import { bindDatagram, sendDatagram } from '../node/datagrams.ts';
import { type AsyncSession, converse, listenStream } from '../node/streams.ts';
import { ofSeveral } from '../random/random-spec.ts';
import { loadStreamApp } from '../served.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';
import type { ConnectionTask, PoolResult, PoolServed, PoolTask, SingleTask, StreamEvent } from './worker-pool-task.ts';

/** Most datagrams in the pool at a time. Further ones are dropped, as by a full socket buffer. */
const TASK_LIMIT = 1024;

/**
 * Worker pool: an event loop owns the sockets, and a fixed pool of threads, one per CPU, does the work of every
 * request. It inverts Stevens' prethreaded server; Java calls it an executor.
 */
export const model: ServerModel = {
  async start(spec, workerEnded): Promise<RunningServer> {
    const pool = new Pool(spec, workerEnded);
    try {
      // The first clients must not pay for the start of the threads.
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
  const app = await loadStreamApp(spec);
  if (app.http !== undefined) return serveHttp(spec, app.http, pool);
  const room = needsRoom(spec.app) ? new (await import('../rooms/socket-room.ts')).SocketRoom() : undefined;
  // Never receives anything: it only shows which optional calls the app's sessions have.
  const pattern = app.stream();
  let connections = 0;
  return listenStream(spec, async (socket) => {
    const session = new PooledSession(pool, ++connections);
    await converse(socket, session.as(pattern), room);
    await session.forget();
  });
}

/** Answers each request with the answer of a thread of the pool, which does the request's work. */
async function serveHttp(spec: ServerSpec, http: HttpApp, pool: Pool): Promise<RunningServer> {
  const { listenHttp, send } = await import('../node/http-server.ts');
  return listenHttp(spec, http, async (request, response) => {
    try {
      const { answer } = await pool.run({ kind: 'request', method: request.method ?? '' });
      if (answer !== undefined) send(response, answer);
    } catch {
      // The thread ended, or the server is closing.
      request.destroy();
    }
  });
}

/** A session whose state is in a thread of the pool. */
class PooledSession {
  readonly #pool: Pool;
  readonly #connection: number;
  #opening = true;

  constructor(pool: Pool, connection: number) {
    this.#pool = pool;
    this.#connection = connection;
  }

  /** Returns a session with the optional calls that `pattern` has and no others, because each call costs a task. */
  as({ open, finish, produce }: StreamSession): AsyncSession {
    return {
      // One task in flight per connection: replies keep their order, and nothing is read meanwhile.
      receive: (bytes, start, end, reply) =>
        this.#call({ kind: 'receive', bytes: exactly(bytes.subarray(start, end)) }, reply),
      ...(open && { open: (reply) => this.#call({ kind: 'open' }, reply) }),
      ...(finish && { finish: (reply) => this.#call({ kind: 'finish' }, reply) }),
      ...(produce && { produce: (reply) => this.#call({ kind: 'produce' }, reply) }),
    };
  }

  /** Drops the session in its thread, if it was ever opened there. Never rejects. */
  async forget(): Promise<void> {
    if (this.#opening) return;
    await this.#pool.run({ kind: 'forget', connection: this.#connection }).catch(() => undefined);
  }

  async #call(event: StreamEvent, reply: StreamReply): Promise<void> {
    const opening = this.#opening;
    this.#opening = false;
    const { parts, toOthers, ended } = await this.#pool.run({
      kind: 'stream',
      connection: this.#connection,
      opening,
      event,
    });
    // These buffers belong to this reply alone and never change.
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
      // The app failed on this datagram, or the server is closing: no reply.
    } finally {
      tasks--;
    }
  });
}

/** Returns the bytes in a buffer of their own: transferring a view to a thread copies the whole buffer under it. */
function exactly(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** Returns the part of a spec that a thread needs. */
function servedOf({ transport, app, work, streamKey, timeLimits }: ServerSpec): PoolServed {
  return { transport, app, work, streamKey, timeLimits };
}

/** A thread of the pool and its queue of tasks. */
class PoolThread {
  readonly #piscina: Piscina;
  #tasks = 0;

  readonly #number: number;

  /** @param number index of the thread in its pool. */
  constructor(spec: ServerSpec, number: number) {
    this.#number = number;
    this.#piscina = new Piscina({
      filename: fileURLToPath(new URL('./worker-pool-task.js', import.meta.url)),
      name: 'run',
      workerData: ofSeveral(servedOf(spec), number),
      minThreads: 1,
      maxThreads: 1,
      recordTiming: false,
      // Queues the next task in the thread before it has finished the current one.
      loadBalancer: (_, [thread]) => thread ?? null,
    });
    // The watch reports the error. Piscina starts another thread; the sessions of the ended one fail.
    this.#piscina.on('error', () => undefined);
  }

  /** Resolves when the thread has loaded the app; from then on it is watched. Rejects when it cannot load it. */
  async ready(watch: WorkerWatch): Promise<void> {
    await this.run({ kind: 'ready' });
    for (const thread of this.#piscina.threads) watch.thread(thread, `pool thread ${this.#number + 1}`, 'lasting');
  }

  /** Number of unfinished tasks. */
  get tasks(): number {
    return this.#tasks;
  }

  /** Runs a task in the thread. @returns the replies. Rejects when the app throws, or the thread ends. */
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

/** The fixed pool. Tasks of a connection go to the thread that has its session; others go to the least busy one. */
class Pool {
  readonly #threads: readonly PoolThread[];
  readonly #watch: WorkerWatch;
  #closed = false;

  constructor(spec: ServerSpec, workerEnded?: WorkerEnded) {
    this.#watch = new WorkerWatch(workerEnded);
    this.#threads = Array.from({ length: availableParallelism() }, (_, number) => new PoolThread(spec, number));
  }

  /** Resolves when all threads are ready. Rejects when one fails. */
  async ready(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ready(this.#watch)));
  }

  /**
   * Runs a task in one of the threads.
   * @returns the replies. Rejects when the app throws, the thread ends or the pool is closed.
   */
  async run(task: ConnectionTask | SingleTask): Promise<PoolResult> {
    // A destroyed Piscina would start new threads.
    if (this.#closed) throw new Error('the pool is closed');
    return this.#threadFor(task).run(task);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #threadFor(task: ConnectionTask | SingleTask): PoolThread {
    const threads = this.#threads;
    if ('connection' in task) return threads[task.connection % threads.length] as PoolThread;
    return threads.reduce((least, thread) => (thread.tasks < least.tasks ? thread : least));
  }
}
