import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isOwnAddress, resolveHost } from '../../scripts/flags/host.ts';
import { parsePort, parseTarget } from '../../scripts/flags/target-url.ts';
import { isLoopback } from '../../sockets/address.ts';

describe('a target', () => {
  test.each([
    ['tcp://127.0.0.1:7000', 'tcp', '127.0.0.1', 7000],
    ['udp://127.0.0.1:53/', 'udp', '127.0.0.1', 53],
    ['tcp://[::1]:80', 'tcp', '::1', 80],
    ['tcp://localhost:80', 'tcp', '127.0.0.1', 80],
    ['http://127.0.0.1:8080', 'tcp', '127.0.0.1', 8080],
    ['http://127.0.0.1', 'tcp', '127.0.0.1', 80],
    ['tls://127.0.0.1:443', 'tls', '127.0.0.1', 443],
    ['https://127.0.0.1', 'tls', '127.0.0.1', 443],
    ['https://127.0.0.1:8443', 'tls', '127.0.0.1', 8443],
  ])('%s is accepted', async (url, transport, host, port) => {
    expect(await parseTarget(url, [])).toMatchObject({ kind: 'address', transport, address: { host, port } });
  });

  test.each([
    ['http://localhost:8080/a/b?c=d#e', 'http://localhost:8080/a/b?c=d', 'localhost:8080', '/a/b?c=d'],
    ['http://[::1]', 'http://[::1]/', '[::1]', '/'],
    ['https://localhost/a', 'https://localhost/a', 'localhost', '/a'],
  ])('%s contains the HTTP request', async (given, url, host, path) => {
    expect(await parseTarget(given, [])).toMatchObject({ url, app: 'http', http: { host, path } });
  });

  test.each([
    ['redis://127.0.0.1', 'tcp', 6379, 'redis://127.0.0.1', {}],
    ['redis://127.0.0.1:7/0', 'tcp', 7, 'redis://127.0.0.1:7', {}],
    ['rediss://[::1]:7/3', 'tls', 7, 'rediss://[::1]:7/3', { database: 3 }],
    ['redis://:p%40ss@127.0.0.1', 'tcp', 6379, 'redis://127.0.0.1', { password: 'p@ss' }],
    ['redis://me:secret@127.0.0.1/', 'tcp', 6379, 'redis://127.0.0.1', { user: 'me', password: 'secret' }],
  ])('%s is a Redis server, and its name contains no password', async (given, transport, port, url, redis) => {
    const target = await parseTarget(given, []);
    expect(target).toEqual({ kind: 'address', transport, url, redis, address: { host: expect.any(String), port } });
  });

  test('ws://127.0.0.1:7/chat?a=b has a path', async () => {
    const target = await parseTarget('ws://127.0.0.1:7/chat?a=b', []);
    expect(target).toMatchObject({
      url: 'ws://127.0.0.1:7/chat?a=b',
      http: { host: '127.0.0.1:7', path: '/chat?a=b' },
    });
  });

  test.each([
    'redis://me:secret@127.0.0.1/x',
    'redis://me:secret/@127.0.0.1/1?a',
    'http://me:secret@127.0.0.1/',
    'redis://me:se%cret@127.0.0.1',
  ])('%s is refused without showing its password', async (url) => {
    const message = await parseTarget(url, []).catch(String);
    expect(message).not.toContain('secret');
    expect(message).toMatch(/^RangeError: ('\S+ is not a target|a % in the user|http:\/\/127.0.0.1 may have no user)/);
  });

  test.each([
    ['https://name@127.0.0.1/', "leave them out, and add -H 'Authorization: Basic …'"],
    ['ws://name:secret@127.0.0.1/', 'leave them out'],
  ])('%s has no user and password', async (url, remedy) => {
    await expect(parseTarget(url, [])).rejects.toThrow(remedy);
  });

  test('a user without a password is refused', async () => {
    await expect(parseTarget('redis://me@127.0.0.1', [])).rejects.toThrow('a user without a password');
  });

  test.each([
    ['ws://127.0.0.1:7000', 'tcp', 7000],
    ['wss://127.0.0.1:7000/', 'tls', 7000],
    ['ws://127.0.0.1', 'tcp', 80],
    ['wss://127.0.0.1', 'tls', 443],
  ])('%s is a WebSocket', async (url, transport, port) => {
    const target = await parseTarget(url, []);
    expect(target).toMatchObject({ transport, app: 'websocket', address: { host: '127.0.0.1', port } });
    expect(target.url).toBe(url.replace(/\/$/, ''));
  });

  test.each([
    '',
    '127.0.0.1:80',
    'tcp://127.0.0.1',
    'tcp://:80',
    'ftp://127.0.0.1:21',
    'tcp://127.0.0.1:0',
    'tcp://127.0.0.1:99999',
    'tcp://127.0.0.1:80/path',
    'constructor://a:1',
    'http://127.0.0.1:0/',
  ])('%j is refused', async (url) => {
    await expect(parseTarget(url, [])).rejects.toThrow('is not a target, such as tcp://127.0.0.1:7000');
  });

  test('on another machine is refused until it is allowed by name', async () => {
    await expect(parseTarget('tcp://192.0.2.1:80', [])).rejects.toThrow('--allow-remote 192.0.2.1');
    await expect(parseTarget('tcp://192.0.2.1:80', ['192.0.2.2'])).rejects.toThrow('another machine');
    expect(await parseTarget('tcp://192.0.2.1:80', ['192.0.2.1'])).toMatchObject({ address: { host: '192.0.2.1' } });
  });

  test('on an unknown host is refused', async () => {
    await expect(parseTarget('tcp://no-such-host.invalid:80', [])).rejects.toThrow(RangeError);
  });
});

test('the addresses of all interfaces belong to this machine', () => {
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    expect(isOwnAddress(address)).toBe(true);
  }
  expect(isOwnAddress('0.0.0.0')).toBe(true);
  expect(['192.0.2.1', '2001:db8::1'].map(isOwnAddress)).toEqual([false, false]);
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['::', false],
])('loopback check of %s: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test('an IP address needs no resolver, with or without brackets', async () => {
  expect(await resolveHost('192.0.2.1')).toBe('192.0.2.1');
  expect(await resolveHost('[::1]')).toBe('::1');
});

test.each(['-1', '65536', '1.5', 'http', '', '000001'])('%j is not a port', (text) => {
  expect(() => parsePort(text)).toThrow(RangeError);
});
