import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { converse, listenStream } from '../../servers/node/streams.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { until } from './until.ts';

// Less than node:net's high-water mark, so that the conversation continues to the peer's FIN with this unsent.
const PART = Buffer.alloc(1024, 7);

test('replies that the kernel has no room for at the peer’s FIN are sent before the server’s FIN', async () => {
  let written = 0;
  let finished = false;
  const fill = (socket: Socket) => {
    for (; socket.writableLength === 0; written += PART.length) socket.write(PART);
  };
  const server = await listenStream({ transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 }, async (socket) => {
    await converse(socket, { receive: () => fill(socket) });
    finished = true;
  });
  onTestFinished(() => server.close());
  await using client = await StreamClient.connect(server.address);
  client.write(Buffer.of(1));
  client.finish();
  await until('the conversation to reach the FIN', () => finished);
  expect((await client.readToEnd()).length).toBe(written);
});
