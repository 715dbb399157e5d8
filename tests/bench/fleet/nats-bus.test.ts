import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => {
  vi.doUnmock('@nats-io/transport-node');
  vi.resetModules();
});

async function connectTo(url: string, credentials: string | null = null): Promise<unknown> {
  const { connectToNats } = await import('../../../bench/fleet/bus/nats-bus.ts');
  return connectToNats({ url, credentials, name: 'test', reconnects: false });
}

test('without the client of NATS, the error says how to install it', async () => {
  vi.doMock('@nats-io/transport-node', () => {
    throw new Error('not found');
  });
  await expect(connectTo('nats://127.0.0.1')).rejects.toMatchObject({
    name: 'ServiceError',
    message: 'agents need the client of NATS: npm install @nats-io/transport-node',
  });
});

test('a server that is not there is named, without the password', async () => {
  // Port 1 is tcpmux, which no machine serves.
  await expect(connectTo('nats://user:secret@127.0.0.1:1')).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringMatching(/^no connection to NATS at nats:\/\/127\.0\.0\.1:1: .*start one with nats-server/),
  });
});

test.each(['http://127.0.0.1:4222', 'nats://', 'nats://a b'])('%s is no server', async (url) => {
  await expect(connectTo(url)).rejects.toThrow('is not the URL of a NATS server');
});

test('credentials that are not there are a fault of --nats-creds', async () => {
  await expect(connectTo('nats://127.0.0.1:1', '/nowhere/agent.creds')).rejects.toThrow(/^--nats-creds: ENOENT/);
});

test('the options of a URL: a user, a token, TLS', async () => {
  const connect = vi.fn().mockRejectedValue(new Error('refused'));
  vi.doMock('@nats-io/transport-node', () => ({ connect, createInbox: () => '', credsAuthenticator: () => ({}) }));
  for (const url of ['nats://me:p%40ss@host:4333', 'tls://token@host', 'host']) {
    await expect(connectTo(url)).rejects.toThrow('refused');
  }
  expect(connect.mock.calls.map(([options]) => options)).toMatchObject([
    { servers: 'host:4333', user: 'me', pass: 'p@ss' },
    { servers: 'host', token: 'token', tls: {} },
    { servers: 'host' },
  ]);
});
