import { expect, test } from 'vitest';
import { type AutocannonLoad, autocannonOptions } from '../../../bench/run/second-opinion/autocannon-load.ts';

const load: AutocannonLoad = {
  ...{ address: { host: '127.0.0.1', port: 8080 }, secure: false, host: 'localhost:8080', request: { path: '/a?b=c' } },
  ...{ connections: 50, pipelining: 4, timeoutMs: 1500, warmupMs: 1000, durationMs: 10_000 },
};

test('a load has the same connections, pipelining, time-out and request with autocannon', () => {
  expect(autocannonOptions(load, 250)).toEqual({
    ...{ url: 'http://127.0.0.1:8080', connections: 50, pipelining: 4, duration: 0.25, sampleInt: 100, timeout: 1.5 },
    requests: [{ method: 'GET', path: '/a?b=c', headers: { Host: 'localhost:8080' } }],
  });
});

test('a request keeps its method, headers and body', () => {
  const headers = [
    ['Accept', 'text/html'],
    ['accept', 'text/plain'],
    ['host', 'example.org'],
  ] as const;
  const request = { method: 'PUT', path: '/', headers, body: new Uint8Array([0, 255]) };
  expect(autocannonOptions({ ...load, request }, 1).requests).toEqual([
    {
      method: 'PUT',
      path: '/',
      headers: { Accept: 'text/html, text/plain', host: 'example.org' },
      body: Buffer.from([0, 255]),
    },
  ]);
});

test.each([
  ['example.org:8443', { servername: 'example.org' }],
  ['127.0.0.1:8443', {}],
  ['[::1]:8443', {}],
])('over TLS, the name in %s is sent for SNI unless it is an address', (host, sent) => {
  const options = autocannonOptions({ ...load, address: { host: '::1', port: 8443 }, secure: true, host }, 1);
  expect(options).toMatchObject({ url: 'https://[::1]:8443', ...sent });
  expect(Object.hasOwn(options, 'servername')).toBe('servername' in sent);
});
