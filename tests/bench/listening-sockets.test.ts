import { expect, test } from 'vitest';
import { parseListening } from '../../bench/measure/listening-sockets.ts';

/** Lines of /proc/net/tcp and tcp6: their local address, and the inode. */
function table(...sockets: readonly (readonly [local: string, inode: string])[]): string {
  return sockets
    .map(
      ([local, inode], i) =>
        `   ${i}: ${local}:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 ${inode} 1`,
    )
    .join('\n');
}

const all = table(
  ['0100007F', 'loopback'],
  ['0700000A', 'own'],
  ['0800000A', 'other'],
  ['00000000', 'any'],
  ['0000000000000000FFFF00000700000A', 'mapped'],
  // fd00::7: FD 00 00 00 … 00 00 00 07, in words of little endian.
  ['000000FD000000000000000007000000', 'own6'],
  ['0'.repeat(32), 'any6'],
);

test.each([
  ['127.0.0.1', ['loopback', 'any', 'any6']],
  ['10.0.0.7', ['own', 'any', 'mapped', 'any6']],
  ['fd00::7', ['own6', 'any6']],
])('traffic to %s is accepted on it, and on any address', (host, inodes) => {
  expect(parseListening(all, 'tcp', 7000, host)).toEqual(inodes);
});
