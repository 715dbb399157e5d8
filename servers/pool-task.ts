/** What the worker-pool model's threads do. */
import { workerData } from 'node:worker_threads';
import type { StreamReply, StreamSession } from './apps/app.ts';
import { loadApp, type Served } from './apps/catalog.ts';
import { type Collected, CollectedReply } from './collected-reply.ts';
import { pause } from './pause.ts';
import { ofSeveral } from './several.ts';

/** What happens to a session: the calls of {@link StreamSession}. Structured-cloned into the thread. */
export type StreamEvent =
  | { readonly kind: 'receive'; readonly bytes: Uint8Array }
  | { readonly kind: 'open' | 'finish' | 'produce' };

/** One request's work. Structured-cloned into the thread. */
export type PoolTask =
  | {
      readonly kind: 'stream';
      readonly connection: number;
      /** Is this the connection's first task? Then the thread makes a session for it. */
      readonly opening: boolean;
      readonly event: StreamEvent;
    }
  | { readonly kind: 'forget'; readonly connection: number }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array };

/** What each thread of the pool is given. */
export interface PoolThread {
  readonly served: Served;
  /** Threads that were started so far: shared by all of them. */
  readonly started: Int32Array;
}

const { served, started } = workerData as PoolThread;
const app = await loadApp(ofSeveral(served, Atomics.add(started, 0, 1)));
const sessions = new Map<number, StreamSession>();

/** Does one request's work. @returns the replies. */
export function run(task: PoolTask): Collected {
  const reply = new CollectedReply();
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
  }
  const collected = reply.take();
  // As in any pool of threads: who waits keeps its thread from the others.
  if (collected.waitNanos > 0) pause(collected.waitNanos);
  return collected;
}

function tell(session: StreamSession, event: StreamEvent, reply: StreamReply): void {
  if (event.kind === 'receive') session.receive(event.bytes, 0, event.bytes.length, reply);
  else session[event.kind]?.(reply);
}

function sessionOf(connection: number): StreamSession {
  const session = sessions.get(connection);
  // Its thread crashed and was replaced, and what it knew of the conversation is gone.
  if (session === undefined) throw new Error(`no session for connection ${connection}`);
  return session;
}
