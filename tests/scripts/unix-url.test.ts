import { describe, expect, test } from 'vitest';
import { parseListenUrl } from '../../scripts/flags/listen-url.ts';
import { parseTarget } from '../../scripts/flags/target-url.ts';

describe('a target on a Unix-domain socket', () => {
  test.each([
    ['unix:///run/a.sock', '/run/a.sock'],
    ['unix:/run/a.sock', '/run/a.sock'],
    ['unix://%2Frun%2Fa.sock', '/run/a.sock'],
    ['unix:///run/a%20b%3Fc', '/run/a b?c'],
  ])('%s is the path %s, on this machine', async (url, path) => {
    const target = { kind: 'address', transport: 'unix', address: { path }, url: `unix://${path}` };
    expect(await parseTarget(url, [])).toEqual(target);
  });

  test.each([
    ['http+unix:///run/a.sock', '/run/a.sock', '/'],
    ['http+unix://%2Frun%2Fa.sock', '/run/a.sock', '/'],
    ['http+unix://%2Frun%2Fa.sock/status?full', '/run/a.sock', '/status?full'],
  ])('%s contains the HTTP request', async (url, path, request) => {
    expect(await parseTarget(url, [])).toEqual({
      ...{ kind: 'address', transport: 'unix', address: { path }, url, app: 'http' },
      http: { host: 'localhost', path: request },
    });
  });

  test.each([
    ['redis+unix:///run/a.sock', 'redis+unix:///run/a.sock', {}],
    ['redis+unix://%2Frun%2Fa.sock/0', 'redis+unix:///run/a.sock', {}],
    ['redis+unix://:secret@%2Frun%2Fa.sock/2', 'redis+unix://%2Frun%2Fa.sock/2', { password: 'secret', database: 2 }],
  ])('%s is a Redis server, and its name contains no password', async (given, url, redis) => {
    const target = { kind: 'address', transport: 'unix', address: { path: '/run/a.sock' }, url, redis };
    expect(await parseTarget(given, [])).toEqual(target);
  });

  test.each([
    ['redis+unix://:secret@%2Frun%2Fa.sock/x', 'does not end with the number of a database'],
    ['redis+unix://:secret@%2Frun%2Fa.sock:80/1', 'does not name a socket alone'],
    ['redis+unix:///run/a.sock?db=1', 'does not name a socket alone'],
    ['unix://me:secret@%2Frun%2Fa.sock', 'does not name a socket alone'],
  ])('%s is refused without showing a password', async (url, why) => {
    const message = await parseTarget(url, []).catch(String);
    expect(message).toContain(why);
    expect(message).not.toContain('secret');
  });

  test.each([
    ['unix://run/a.sock', 'use an absolute path, such as unix:///tmp/a.sock'],
    ['unix:run/a.sock', 'use an absolute path'],
    ['unix:///run/a.sock?db=0', 'does not name a socket alone'],
    ['unix://name@%2Frun%2Fa.sock', 'does not name a socket alone'],
    ['unix://%2Frun%2Fa.sock:80', 'does not name a socket alone'],
    ['unix://%2Frun%2Fa.sock/status', 'names a request'],
    ['unix:///run/%zz', 'write % as %25'],
    ['unix://', 'is missing'],
    [`unix:///${'a'.repeat(107)}`, 'has 108 bytes, and the path of a Unix-domain socket at most 107'],
  ])('%s is refused', async (url, why) => {
    await expect(parseTarget(url, [])).rejects.toThrow(RangeError);
    await expect(parseTarget(url, [])).rejects.toThrow(why);
  });
});

describe('a URL to listen on', () => {
  test.each([
    ['unix:///tmp/a.sock', { transport: 'unix', path: '/tmp/a.sock' }],
    ['tcp://127.0.0.1:7000', { transport: 'tcp', host: '127.0.0.1', port: 7000 }],
    ['udp://[::1]:0', { transport: 'udp', host: '[::1]', port: 0 }],
    ['tls://localhost', { transport: 'tls', host: 'localhost', port: 0 }],
  ])('%s is accepted', (url, place) => {
    expect(parseListenUrl(url)).toMatchObject(place);
  });

  test.each(['', '/tmp/a.sock', 'http://127.0.0.1:80', 'tcp://', 'tcp://127.0.0.1:80/a', 'tcp://me@127.0.0.1:80'])(
    '%j is refused',
    (url) => {
      expect(() => parseListenUrl(url)).toThrow('is no address to listen on, such as unix:///tmp/a.sock');
    },
  );

  test('a path that no socket can have is refused with the reason', () => {
    expect(() => parseListenUrl(`unix:///${'a'.repeat(107)}`)).toThrow('has 108 bytes');
  });
});
