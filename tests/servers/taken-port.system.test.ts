import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { modelNames, transportsCarrying, whyUnavailable } from '../../servers/model-catalog.ts';
import { ServerProcess } from './server-process.ts';
import { soon } from './until.ts';

const available = modelNames.filter((model) => whyUnavailable(model) === undefined);

// tests/conformance/lifetime.ts tests that a second server of this project is refused.
test.each(available.filter((model) => transportsCarrying(model, 'echo').includes('udp')))(
  '%s: another socket with SO_REUSEADDR, as any user can open one, cannot share its UDP port',
  async (model) => {
    const server = await ServerProcess.start({ model, transport: 'udp' });
    onTestFinished(() => server.kill());
    // Also with a connected peer: some models give each peer its own socket.
    const client = createSocket('udp4');
    onTestFinished(() => void client.close());
    client.send('hello', server.port, '127.0.0.1');
    await soon('the reply', once(client, 'message'));
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    onTestFinished(() => void thief.close());
    const outcome = once(thief, 'listening');
    thief.bind(server.port, '127.0.0.1');
    await expect(outcome).rejects.toThrow('EADDRINUSE');
  },
);
