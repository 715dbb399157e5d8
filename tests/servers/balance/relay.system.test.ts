import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { chooserOf } from '../../../servers/balance/policies.ts';
import { Backends } from '../../../servers/node/backends.ts';
import { relay } from '../../../servers/node/relay.ts';
import { listenStream } from '../../../servers/node/streams.ts';
import { LINGER_MS } from '../../../servers/timing/lingering.ts';
import { seeded } from '../../seeded.ts';
import { soon } from '../until.ts';

interface Pair {
  /** The client's end. */
  readonly client: Socket;
  /** The end of the server behind the balancer. */
  readonly server: Socket;
}

/** Connects a client and a server through a balancer, until the test has finished. */
async function joined(): Promise<Pair> {
  const origin = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void origin.close());
  await once(origin, 'listening');
  const { address: host, port } = origin.address() as AddressInfo;
  const backends = new Backends([{ host, port }], chooserOf('round-robin', seeded(0)));
  const spec = { transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 } as const;
  const balancer = await listenStream(spec, (socket) => void relay(socket, backends));
  onTestFinished(() => balancer.close());
  const client = connect({ ...balancer.address, allowHalfOpen: true });
  const [server] = (await soon('the connection behind', once(origin, 'connection'))) as [Socket];
  for (const socket of [client, server]) {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
  }
  // Bytes in both directions show that the two are connected.
  client.write('hello');
  expect(String(await nextOf(server))).toBe('hello');
  server.write('welcome');
  expect(String(await nextOf(client))).toBe('welcome');
  return { client, server };
}

async function nextOf(socket: Socket): Promise<Buffer> {
  const [bytes] = await soon('bytes', once(socket, 'data'));
  return bytes as Buffer;
}

/** Resolves when the socket is closed: to true after a reset. */
function brokenOff(socket: Socket): Promise<boolean> {
  return soon('the end', new Promise((resolve) => socket.once('close', resolve)));
}

test.each(['client', 'server'] as const)('a reset by the %s is forwarded as a reset', async (side) => {
  const { client, server } = await joined();
  const [from, to] = side === 'client' ? [client, server] : [server, client];
  const broken = brokenOff(to);
  from.resetAndDestroy();
  expect(await broken).toBe(true);
});

test.each(['client', 'server'] as const)(
  'FIN from the %s is forwarded, and the other end can still send',
  async (side) => {
    const { client, server } = await joined();
    const [from, to] = side === 'client' ? [client, server] : [server, client];
    from.end();
    await soon('the end', once(to, 'end'));
    to.write('goodbye');
    expect(String(await nextOf(from))).toBe('goodbye');
    const ends = Promise.all([brokenOff(from), brokenOff(to)]);
    to.end();
    expect(await ends, 'ended without a reset').toEqual([false, false]);
  },
);

test('when a client does not finish after the server’s FIN, the connection is closed after a delay', async () => {
  const { client, server } = await joined();
  const begin = performance.now();
  const dropped = brokenOff(server);
  server.end();
  await soon('the end', once(client, 'end'));
  await dropped;
  // Timers may fire a millisecond early.
  expect(performance.now() - begin).toBeGreaterThanOrEqual(LINGER_MS - 5);
});
