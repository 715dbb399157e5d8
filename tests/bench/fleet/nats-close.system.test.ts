import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectToNats } from '../../../bench/fleet/bus/nats-bus.ts';

const INFO = { server_id: 'fake', version: '2.10.0', proto: 1, headers: true, max_payload: 1_048_576 };

/** A server of NATS that accepts a client, and lets `last` answer its second PING, with which the client ends. */
async function serverThat(last: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let pings = 0;
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    socket.on('data', (data) => {
      for (const _ of data.toString().matchAll(/^PING/gm)) {
        if (pings++ === 0) socket.write('PONG\r\n');
        else last(socket);
      }
    });
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each<[string, boolean, (socket: Socket) => void]>([
  ['answers', false, (socket) => void socket.write('PONG\r\n')],
  ['ends', false, (socket) => void socket.destroy()],
  ['ends, and the client would connect again', true, (socket) => void socket.destroy()],
  ['is silent', false, () => undefined],
])('a connection whose server %s meanwhile is closed', async (_, reconnects, last) => {
  const url = await serverThat(last);
  const bus = await connectToNats({ url, credentials: null, name: 'test', reconnects });
  bus.subscribe('some.subject', () => undefined);
  await bus.close();
  // Nothing is left that could publish.
  expect(() => bus.publish('some.subject', new Uint8Array())).not.toThrow();
});
