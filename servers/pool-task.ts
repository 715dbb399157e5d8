/** What the worker-pool model's threads do. */
import { workerData } from 'node:worker_threads';
import type { StreamReply, StreamSession } from './apps/app.ts';
import { loadApp, type Served } from './apps/catalog.ts';
import { type Collected, CollectedReply } from './collected-reply.ts';
import type { Awaiting } from './patience.ts';
import { pause } from './pause.ts';
import { ofSeveral } from './several.ts';

/** What happens to a session: the calls of {@link StreamSession}. Structured-cloned into the thread. */
export type StreamEvent =
  | { readonly kind: 'receive'; readonly bytes: Uint8Array }
  | { readonly kind: 'open' | 'finish' | 'produce' | 'expire' };

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

/** What a task brought. Crosses back to the main thread. */
export interface PoolResult extends Collected {
  /** What the session awaits of its peer afterwards, of an app that bounds that. */
  readonly awaiting?: Awaiting;
}

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
export function run(task: PoolTask): PoolResult {
  const reply = new CollectedReply();
  let awaiting: Awaiting | undefined;
  switch (task.kind) {
    case 'stream':
      if (task.opening) sessions.set(task.connection, app.stream());
      awaiting = tell(sessionOf(task.connection), task.event, reply);
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
  return awaiting === undefined ? collected : { ...collected, awaiting };
}

/** @returns what the session awaits afterwards. */
function tell(session: StreamSession, event: StreamEvent, reply: StreamReply): Awaiting | undefined {
  if (event.kind === 'receive') session.receive(event.bytes, 0, event.bytes.length, reply);
  else session[event.kind]?.(reply);
  const { turn, patienceMs } = session;
  return turn === undefined || patienceMs === undefined ? undefined : { turn, patienceMs };
}

function sessionOf(connection: number): StreamSession {
  const session = sessions.get(connection);
  // Its thread crashed and was replaced, and what it knew of the conversation is gone.
  if (session === undefined) throw new Error(`no session for connection ${connection}`);
  return session;
}
