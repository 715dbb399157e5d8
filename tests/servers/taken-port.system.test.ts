import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { transportsCarrying } from '../../servers/carrying.ts';
import { modelNames, whyUnavailable } from '../../servers/catalog.ts';
import { ServerProcess } from './server-process.ts';
import { soon } from './until.ts';

const available = modelNames.filter((model) => whyUnavailable(model) === undefined);
const rows = available.flatMap((model) => transportsCarrying(model, 'echo').map((transport) => ({ model, transport })));

test.each(rows)('$model over $transport: a second server on its port is refused', async ({ model, transport }) => {
  const first = await ServerProcess.start({ model, transport });
  onTestFinished(() => first.kill());
  const second = ServerProcess.start({ model, transport, port: first.address.port });
  await expect(second).rejects.toThrow('EADDRINUSE');
});

test.each(available.filter((model) => transportsCarrying(model, 'echo').includes('udp')))(
  '%s: a socket that would share its UDP port (SO_REUSEADDR), as any user may ask to, is refused',
  async (model) => {
    const server = await ServerProcess.start({ model, transport: 'udp' });
    onTestFinished(() => server.kill());
    // With a peer of its own, too, of models that give each a socket.
    const client = createSocket('udp4');
    onTestFinished(() => void client.close());
    client.send('hello', server.address.port, '127.0.0.1');
    await soon('the reply', once(client, 'message'));
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    onTestFinished(() => void thief.close());
    const outcome = once(thief, 'listening');
    thief.bind(server.address.port, '127.0.0.1');
    await expect(outcome).rejects.toThrow('EADDRINUSE');
  },
);
