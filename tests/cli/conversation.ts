import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { Program } from './program.ts';

/** Serves an app by a real process. @returns its URL. */
export async function serve(app: string, transport = 'tcp', host = '127.0.0.1'): Promise<string> {
  const args = ['serve', '--model', 'event-driven', '--app', app, '--transport', transport, '--host', host];
  const [, address] = await new Program(args).says(/ on (\S+:\d+)\n/);
  return `${transport}://${address}`;
}

/** Runs connect with all this piped into it. */
export async function connectWith(input: string, ...args: readonly string[]) {
  const program = new Program(['connect', ...args], { stdin: 'pipe' });
  program.type(input);
  program.endInput();
  return program.end();
}

/** A server that does with each connection as it is told. @returns its URL. */
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
