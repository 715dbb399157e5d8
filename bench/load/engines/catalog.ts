import type { Assignment } from '../assignment.ts';
import type { Engine } from '../engine.ts';
import { SocketEngine } from './sockets.ts';

/** What drives a thread's load: for every app, the one that speaks it. */
export async function makeEngine(assignment: Assignment): Promise<Engine> {
  return new SocketEngine(assignment);
}
