/** What the worker-pool model's threads do. */
import { workerData } from 'node:worker_threads';
import type { StreamSession } from './apps/app.ts';
import { type AppName, loadApp } from './apps/catalog.ts';
import { CollectedReply } from './collected-reply.ts';

/** One request's work. Structured-cloned into the thread. */
export type PoolTask =
  | {
      readonly kind: 'chunk';
      readonly connection: number;
      /** Is this the connection's first chunk? Then the thread makes a session for it. */
      readonly opening: boolean;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'end'; readonly connection: number }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array };

const app = await loadApp(workerData as AppName);
const sessions = new Map<number, StreamSession>();

/** Answers one request. @returns the replies in order. */
export function run(task: PoolTask): Uint8Array[] {
  const reply = new CollectedReply();
  switch (task.kind) {
    case 'chunk':
      if (task.opening) sessions.set(task.connection, app.stream());
      sessionOf(task.connection).receive(task.bytes, 0, task.bytes.length, reply);
      break;
    case 'end':
      sessions.delete(task.connection);
      break;
    case 'datagram':
      app.datagram(task.bytes, 0, task.bytes.length, reply);
      break;
  }
  return reply.take();
}

function sessionOf(connection: number): StreamSession {
  const session = sessions.get(connection);
  // Its thread crashed and was replaced, and what it knew of the conversation is gone.
  if (session === undefined) throw new Error(`no session for connection ${connection}`);
  return session;
}
