/** The tasks that the threads of the worker-pool model run. */
import { workerData } from 'node:worker_threads';
import type { StreamReply, StreamSession } from '../apps/app.ts';
import type { Answer } from '../apps/http/answers.ts';
import { type Collected, CollectedReply } from '../sending/collected-reply.ts';
import { loadApp, type Served } from '../served.ts';
import { pause } from '../timing/block-for.ts';

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

const app = await loadApp(workerData as Served);
const sessions = new Map<number, StreamSession>();

/** Does the work of one request. @returns the replies. */
export function run(task: PoolTask): PoolResult {
  const reply = new CollectedReply();
  let answer: Answer | undefined;
  switch (task.kind) {
    case 'stream':
      if (task.opening) sessions.set(task.connection, app.stream());
      tell(sessionOf(task.connection), task.event, reply);
      break;
    case 'forget':
      sessions.delete(task.connection);
      break;
    case 'datagram':
      app.datagram(task.bytes, 0, task.bytes.length, reply);
      break;
    case 'request':
      app.http?.cost?.next(reply);
      answer = app.http?.answerTo(task.method);
      break;
    case 'ready':
      break;
  }
  const collected = reply.take();
  // As in any thread pool, a delay blocks the thread for others.
  if (collected.waitNanos > 0) pause(collected.waitNanos);
  return answer === undefined ? collected : { ...collected, answer };
}

function tell(session: StreamSession, event: StreamEvent, reply: StreamReply): void {
  if (event.kind === 'receive') session.receive(event.bytes, 0, event.bytes.length, reply);
  else session[event.kind]?.(reply);
}

function sessionOf(connection: number): StreamSession {
  const session = sessions.get(connection);
  // Its thread crashed and was replaced, and the state of the conversation was lost.
  if (session === undefined) throw new Error(`no session for connection ${connection}`);
  return session;
}
