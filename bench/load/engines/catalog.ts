import type { Assignment } from '../assignment.ts';
import type { Engine } from '../engine.ts';
import { ClientEngine } from './clients.ts';
import { SocketEngine } from './sockets.ts';

/** What drives a thread's load: for every app, the one that speaks it. */
export async function makeEngine(assignment: Assignment): Promise<Engine> {
  const { address, point } = assignment;
  const secure = point.transport === 'tls';
  if (point.app === 'websocket') {
    const { webSocketClients } = await import('../clients/web-socket-client.ts');
    return new ClientEngine(assignment, webSocketClients(address, secure));
  }
  if (secure) {
    const { tlsClients } = await import('../clients/tls-client.ts');
    return new ClientEngine(assignment, tlsClients(address));
  }
  return new SocketEngine(assignment);
}
