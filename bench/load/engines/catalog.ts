import type { Assignment } from '../assignment.ts';
import type { Engine } from '../engine.ts';

/** What drives a thread's load: for every app, the one that speaks it. Imported when it is needed. */
export async function makeEngine(assignment: Assignment): Promise<Engine> {
  if (assignment.http !== undefined) {
    const { AutocannonEngine } = await import('./autocannon.ts');
    return new AutocannonEngine(assignment, assignment.http);
  }
  const { SocketEngine } = await import('./sockets.ts');
  return new SocketEngine(assignment);
}
