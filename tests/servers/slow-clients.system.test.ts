import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, modelNames, whyNotCarried } from '../../servers/model-catalog.ts';
import { kernelBuffersToClient } from '../conformance/kernel-buffers.ts';
import { serverHasDropped } from '../conformance/standstill.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

/** Tests HTTP clients that take too long, on every model. */

const timeLimits = { idleMs: 500, headerMs: 100, requestMs: 200 };

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n';
/** Number of clients at the same time. */
const CLIENTS = 7;
/** Least bytes of a reply. */
const REPLY_BYTES = 75;

/** Returns requests whose replies are more than all the kernel's buffers on the way to a narrow client take (tcp(7)). */
function flood(model: ModelName): Buffer {
  return Buffer.from(GET.repeat(Math.ceil(kernelBuffersToClient(model) / REPLY_BYTES)));
}

type Way = 'connect' | 'connectNarrow';

async function serve(model: ModelName, app: AppName): Promise<(way?: Way) => Promise<StreamClient>> {
  const server = await ServerProcess.start({ model, app, transport: 'tcp', timeLimits, poolThreads: CLIENTS });
  onTestFinished(() => server.kill());
  return async (way = 'connect') => {
    const client = await StreamClient[way](server.address);
    onTestFinished(() => void client.socket.destroy());
    return client;
  };
}

function statuses(received: Buffer): number[] {
  return [...received.toString('latin1').matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}

/** Waits until the server has dropped a client, which keeps sending and may not learn of it: {@link serverHasDropped}. */
async function isDropped(client: StreamClient): Promise<void> {
  const { port } = client;
  await until('the client that does not read to be dropped', () => {
    client.write(Buffer.from('x'));
    return serverHasDropped(port);
  });
}

describe.each(modelNames)('%s', (model) => {
  const unavailable = whyUnavailable(model);

  const title = 'closes slow connections, with 408 after part of a request, and drops a client that does not read';
  test.skipIf(unavailable)(title, async () => {
    const connect = await serve(model, 'http');
    const ends = [
      ['', []],
      ['GET / HTTP/1.1\r\nHo', [408]],
      [`${POST}a`, [408]],
      [GET, [200]],
      [`${GET}GET /`, [200, 408]],
    ] as const;
    await Promise.all(
      ends.map(async ([sent, expected]) => {
        const client = await connect();
        client.write(Buffer.from(sent));
        expect(statuses(await client.readToEnd()), JSON.stringify(sent)).toEqual(expected);
      }),
    );
    const dripping = await connect();
    // At once: a client that has sent nothing is closed without a reply.
    dripping.write(Buffer.from('GET / HTTP/1.1\r\nX: '));
    const end = dripping.readToEnd();
    const deaf = await connect('connectNarrow');
    deaf.write(flood(model));
    await until('the head to have taken too long', () => {
      dripping.write(Buffer.from('x'));
      return dripping.socket.readableEnded || dripping.socket.destroyed;
    });
    expect(statuses(await end)).toEqual([408]);
    await isDropped(deaf);
  });

  const noWebSocket = unavailable ?? whyNotCarried(model, 'websocket', 'tcp');
  test.skipIf(noWebSocket)('closes a connection whose upgrade request takes too long', async () => {
    const connect = await serve(model, 'websocket');
    const [silent, late] = [await connect(), await connect()];
    late.write(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n'));
    expect(statuses(await late.readToEnd())).toEqual([408]);
    expect(await silent.readToEnd()).toEqual(Buffer.alloc(0));
  });
});
