import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { natsOptions, withoutPassword } from '../../../bench/fleet/bus/nats-options.ts';
import { scratchDirectory } from '../../cli/program.ts';

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

const authenticators = { credsAuthenticator: vi.fn(), nkeyAuthenticator: vi.fn() };
const optionsOf = (url: string, given: object = {}) =>
  natsOptions({ url, credentials: null, ...given }, authenticators);

test('the options of a URL: a user, a token, TLS', () => {
  expect(optionsOf('nats://me:p%40ss@host:4333')).toEqual({ servers: 'host:4333', user: 'me', pass: 'p@ss' });
  expect(optionsOf('tls://token@host')).toEqual({ servers: 'host', token: 'token', tls: {} });
  expect(optionsOf('host')).toEqual({ servers: 'host' });
  // The client compares a certificate with this name.
  expect(optionsOf('tls://10.0.0.2')).toEqual({ servers: '10.0.0.2', tls: { host: '10.0.0.2' } });
  expect(optionsOf('tls://[fd00::2]:4222')).toMatchObject({ tls: { host: 'fd00::2' } });
});

test('files for TLS, which is required then', () => {
  const file = join(scratchDirectory(), 'some.pem');
  writeFileSync(file, 'PEM');
  const tls = { ca: file, certificate: file, key: file };
  expect(optionsOf('host', { tls })).toEqual({ servers: 'host', tls: { ca: 'PEM', cert: 'PEM', key: 'PEM' } });
  expect(() => optionsOf('host', { tls: { ...tls, ca: '/nowhere/ca.pem' } })).toThrow(/^--nats-ca: ENOENT/);
});

test('a file of credentials, or with the seed of an nkey; another file is refused, without what is in it', () => {
  const file = join(scratchDirectory(), 'some.creds');
  const write = (text: string) => {
    writeFileSync(file, text);
    return () => optionsOf('host', { credentials: file });
  };
  write('-----BEGIN NATS USER JWT-----\n')();
  expect(authenticators.credsAuthenticator).toHaveBeenCalledOnce();
  write('SUAKYRHVIOREXV7EUZTBHUHL7NUMHPMAS7QMDU3GTIUWEI5LDNOXD43IZY\n')();
  expect(authenticators.nkeyAuthenticator).toHaveBeenCalledOnce();
  expect(write('SAsecret')).toThrow(/^--nats-creds: (?!.*SAsecret).* has neither credentials/);
});

test.each([
  'nats://me:sec/ret@host',
  'nats://me:sec?ret@host',
  'nats://me:sec#ret@host',
  'nats://sec/r@et@host',
  'me:sec/ret@host',
  'nats://me:100%secret@host',
])('a password that is not escaped is a fault, and not printed: %s', (url) => {
  expect(() => optionsOf(url)).toThrow(/^--nats: (?!.*(sec|ret)).*write/);
  expect(withoutPassword(url)).toMatch(/^(nats:\/\/)?host$/);
});
