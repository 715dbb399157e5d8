import { expect, test } from 'vitest';
import type { SingleTarget } from '../../bench/model/configuration.ts';
import { tlsUseOf } from '../../bench/run/tls-use.ts';

const tls = { transport: 'tls' } as const;
const addresses = [
  { host: '127.0.0.1', port: 1 },
  { host: '::1', port: 2 },
];
const named = (url: string, i: number): SingleTarget => ({
  ...{ kind: 'address', url, transport: 'tls', address: addresses[i] ?? { host: '127.0.0.1', port: 1 } },
});
const hostsOf = (...targets: SingleTarget[]) => tlsUseOf(tls, undefined, addresses, targets).tls?.hosts;

test('each target is called by the name in its URL, or else by its address', () => {
  expect(hostsOf(named('https://localhost:1/', 0), named('https://[::1]:2/', 1))).toEqual(['localhost', '::1']);
  expect(hostsOf({ kind: 'model', model: 'async' })).toEqual(['127.0.0.1', '::1']);
});

test('targets of one name need one', () => {
  expect(hostsOf(named('https://localhost:1/', 0), named('https://localhost:2/', 1))).toEqual(['localhost']);
});

test('other transports use no TLS', () => {
  expect(tlsUseOf({ transport: 'tcp' }, undefined, addresses)).toEqual({});
});
