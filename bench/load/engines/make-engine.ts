import { speaksWebSocket } from '../../model/app-workload.ts';
import type { Engine } from '../engine.ts';
import type { Assignment } from '../threads/assignment.ts';

/** Creates the engine that drives a thread's load, by its app and transport. Engines are imported only when needed. */
export async function makeEngine(assignment: Assignment): Promise<Engine> {
  const { address, point, http } = assignment;
  if (http !== undefined) {
    const { AutocannonEngine } = await import('./autocannon.ts');
    return new AutocannonEngine(assignment, http);
  }
  const secure = point.transport === 'tls';
  if (speaksWebSocket(point.app)) {
    const [{ ClientEngine }, { webSocketClients }] = await Promise.all([
      import('./clients.ts'),
      import('../clients/web-socket-client.ts'),
    ]);
    return new ClientEngine(assignment, webSocketClients(address, { secure, deflate: point.deflate }));
  }
  if (secure) {
    const [{ ClientEngine }, { tlsClients }] = await Promise.all([
      import('./clients.ts'),
      import('../clients/tls-client.ts'),
    ]);
    return new ClientEngine(assignment, tlsClients(address));
  }
  const { SocketEngine } = await import('./sockets.ts');
  return new SocketEngine(assignment);
}
