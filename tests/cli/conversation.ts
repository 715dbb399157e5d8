import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import { loadModel } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import { formatAddress } from '../../sockets/address.ts';
import { Program } from './program.ts';

/** Starts a server for an app, in this process. @returns its URL. */
export async function serve(app: AppName, transport: TransportName = 'tcp', host = '127.0.0.1'): Promise<string> {
  const model = await loadModel('event-driven');
  const server = await model.start({ app, transport, host, port: 0 });
  onTestFinished(() => server.close());
  return `${transport}://${formatAddress(server.address)}`;
}

/** Runs connect with the input piped into it. */
export async function connectWith(input: string, ...args: readonly string[]) {
  const program = new Program(['connect', ...args], { stdin: 'pipe' });
  program.type(input);
  program.endInput();
  return program.end();
}

/** Starts a server that calls `converse` for each connection. @returns its URL. */
export async function listen(converse: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    converse(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
