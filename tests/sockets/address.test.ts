import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asInternet,
  familyOf,
  formatAddress,
  readSockaddr,
  SOCKADDR_SIZE,
  writeSockaddr,
} from '../../sockets/address.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';

describe('struct sockaddr', () => {
  // ip(7), ipv6(7): the family is in host byte order, port and address in network byte order.
  test.each([
    [{ host: '127.0.0.1', port: 80 }, '02000050 7f000001 0000000000000000'],
    [{ host: '255.254.1.0', port: 65_535 }, '0200ffff fffe0100 0000000000000000'],
    [{ host: '0.0.0.0', port: 0 }, '02000000 00000000 0000000000000000'],
    [{ host: '::1', port: 7 }, '0a000007 00000000 00000000000000000000000000000001 00000000'],
    [{ host: '2001:db8::ff', port: 443 }, '0a0001bb 00000000 20010db80000000000000000000000ff 00000000'],
    [{ host: '::ffff:1.2.3.4', port: 1 }, '0a000001 00000000 00000000000000000000ffff01020304 00000000'],
  ])('%o has the layout that the kernel requires', (address, hex) => {
    const memory = new NativeMemory(SOCKADDR_SIZE);
    const length = writeSockaddr(memory, 0, address);
    expect(Buffer.from(memory.bytes.subarray(0, length)).toString('hex')).toBe(hex.replaceAll(' ', ''));
    memory.free();
  });

  test('writing overwrites every byte of the previous contents', () => {
    const memory = new NativeMemory(SOCKADDR_SIZE);
    memory.bytes.fill(0xff);
    writeSockaddr(memory, 0, { host: '::', port: 0 });
    expect([...memory.bytes.subarray(0, SOCKADDR_SIZE)]).toEqual([10, ...new Array(27).fill(0)]);
    memory.free();
  });

  test('a written address is read back at any offset', () => {
    const memory = new NativeMemory(128);
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((ip) => isIPv6(ip)),
    );
    fc.assert(
      fc.property(host, fc.nat(65_535), fc.nat(64), (host, port, offset) => {
        writeSockaddr(memory, offset, { host, port });
        const back = asInternet(readSockaddr(memory, offset));
        expect(back.port).toBe(port);
        // An IPv6 address has many spellings; canonical() reduces them to one.
        expect(canonical(back.host)).toBe(canonical(host));
      }),
    );
    memory.free();
  });
});

test.each([
  [{ host: '10.0.0.1', port: 80 }, '10.0.0.1:80'],
  [{ host: '::1', port: 80 }, '[::1]:80'],
])('%o is formatted as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text);
});

test.each(['localhost', '', '1.2.3', '1.2.3.256', ':::'])("'%s' is not an IP address", (host) => {
  expect(() => familyOf(host)).toThrow(TypeError);
});

function canonical(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host}]`).hostname : host;
}
