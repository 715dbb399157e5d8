/** The tasks that the threads of the worker-pool model run. */
import { workerData } from 'node:worker_threads';
import type { DatagramApp, StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import type { Answer } from '../apps/http/answers.ts';
import type { ServerSpec } from '../contract.ts';
import { type Collected, CollectedReply } from '../node/collected-reply.ts';
import { loadDatagramApp, loadStreamApp, type Served } from '../served.ts';
import { pause } from '../timing/block-for.ts';

/** What a thread serves. Plain data. */
export type PoolServed = Served & Pick<ServerSpec, 'transport'>;

/** A call of {@link StreamSession} to make. Structured-cloned into the thread. */
export type StreamEvent =
  | { readonly kind: 'receive'; readonly bytes: Uint8Array }
  | { readonly kind: 'open' | 'finish' | 'produce' };

/** A task for one connection's session. Structured-cloned into the thread. */
export type ConnectionTask =
  | {
      readonly kind: 'stream';
      readonly connection: number;
      /** Whether this is the connection's first task, for which the thread makes a session. */
      readonly opening: boolean;
      readonly event: StreamEvent;
    }
  | { readonly kind: 'forget'; readonly connection: number };

/** A task that any thread can do, because no other task depends on it: a datagram, or a request that node:http has read. */
export type SingleTask =
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  | { readonly kind: 'request'; readonly method: string };

/** One task of a thread: the work of a request, or `ready`, which only shows that the thread runs tasks. */
export type PoolTask = ConnectionTask | SingleTask | { readonly kind: 'ready' };

/** The result of a task. Crosses back to the main thread. */
export interface PoolResult extends Collected {
  /** What to answer to a `request`. */
  readonly answer?: Answer | undefined;
}

/** Does a task. @returns what to answer to a `request`. */
type Handler = (task: PoolTask, reply: CollectedReply) => Answer | undefined;

const served = workerData as PoolServed;
const handle: Handler =
  served.transport === 'udp'
    ? datagramHandler(await loadDatagramApp(served))
    : streamHandler(await loadStreamApp(served));

/** Does the work of one request. @returns the replies. */
export function run(task: PoolTask): PoolResult {
  const reply = new CollectedReply();
  const answer = handle(task, reply);
  const collected = reply.take();
  // As in any thread pool, a delay blocks the thread for others.
  if (collected.waitNanos > 0) pause(collected.waitNanos);
  return answer === undefined ? collected : { ...collected, answer };
}

function datagramHandler(app: DatagramApp): Handler {
  return (task, reply) => {
    if (task.kind === 'datagram') app.datagram(task.bytes, 0, task.bytes.length, reply);
    return undefined;
  };
}

function streamHandler(app: StreamApp): Handler {
  const sessions = new Map<number, StreamSession>();
  return (task, reply) => {
    if (task.kind === 'request') {
      app.http?.cost?.next(reply);
      return app.http?.answerTo(task.method);
    }
    if (task.kind === 'forget') sessions.delete(task.connection);
    if (task.kind !== 'stream') return undefined;
    const { connection, opening, event } = task;
    const session = opening ? app.stream() : sessions.get(connection);
    // Its thread crashed and was replaced, and the state of the conversation was lost.
    if (session === undefined) throw new Error(`no session for connection ${connection}`);
    if (opening) sessions.set(connection, session);
    call(session, event, reply);
    return undefined;
  };
}

function call(session: StreamSession, event: StreamEvent, reply: StreamReply): void {
  if (event.kind === 'receive') session.receive(event.bytes, 0, event.bytes.length, reply);
  else session[event.kind]?.(reply);
}
