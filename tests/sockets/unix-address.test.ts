import { describe, expect, test } from 'vitest';
import {
  asInternet,
  formatAddress,
  hostField,
  MAX_UNIX_PATH,
  readSockaddr,
  SOCKADDR_ROOM,
  UnixPathError,
  writeSockaddr,
} from '../../sockets/address.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { noLibc } from './open.ts';

describe.skipIf(noLibc)('struct sockaddr_un', () => {
  // unix(7): the family in host byte order, then the path with the zero byte that ends it.
  test('has the layout that the kernel requires', () => {
    const memory = new NativeMemory(SOCKADDR_ROOM);
    memory.bytes.fill(0xff);
    const length = writeSockaddr(memory, 0, { path: '/a' });
    expect([...memory.bytes]).toEqual([1, 0, 0x2f, 0x61, ...new Array(SOCKADDR_ROOM - 4).fill(0)]);
    expect(length).toBe(5);
    memory.free();
  });

  test('a written path is read back, up to the longest', () => {
    const memory = new NativeMemory(SOCKADDR_ROOM);
    for (const path of ['/tmp/a.sock', '/tmp/é', `/${'a'.repeat(MAX_UNIX_PATH - 1)}`]) {
      writeSockaddr(memory, 0, { path });
      expect(readSockaddr(memory, 0)).toEqual({ path });
    }
    memory.free();
  });

  test.each([
    ['', 'is missing'],
    [`/${'a'.repeat(MAX_UNIX_PATH)}`, 'has 108 bytes, and the path of a Unix-domain socket at most 107'],
    [`/${'é'.repeat(54)}`, 'has 109 bytes'],
    ['/a\0b', 'zero byte'],
  ])('the path %j is refused', (path, why) => {
    const memory = new NativeMemory(SOCKADDR_ROOM);
    expect(() => writeSockaddr(memory, 0, { path })).toThrow(UnixPathError);
    expect(() => writeSockaddr(memory, 0, { path })).toThrow(why);
    memory.free();
  });
});

test('a Unix-domain socket is formatted as its path, and HTTP clients name it localhost', () => {
  expect(formatAddress({ path: '/tmp/a.sock' })).toBe('/tmp/a.sock');
  expect(hostField({ path: '/tmp/a.sock' })).toBe('localhost');
  expect(hostField({ host: '::1', port: 80 })).toBe('[::1]:80');
});

test('a Unix-domain socket has no IP address', () => {
  expect(asInternet({ host: '::1', port: 80 })).toEqual({ host: '::1', port: 80 });
  expect(() => asInternet({ path: '/tmp/a.sock' })).toThrow(TypeError);
});
