import { isIPv4, isIPv6 } from 'node:net';
import type { NativeMemory } from './memory/memory.ts';

/** An IP address and a port: one end of a connection or a datagram. */
export interface SocketAddress {
  /** IPv4 in dotted form or IPv6 in RFC 5952 form; never a host name. */
  readonly host: string;
  readonly port: number;
}

export const AF_INET = 2;
export const AF_INET6 = 10;

/** Size in bytes of the largest socket address used here: struct sockaddr_in6, ipv6(7). */
export const SOCKADDR_SIZE = 28;

/** Returns the address family of an IP address literal. @throws {TypeError} for a host name. */
export function familyOf(host: string): typeof AF_INET | typeof AF_INET6 {
  if (isIPv4(host)) return AF_INET;
  if (isIPv6(host)) return AF_INET6;
  throw new TypeError(`'${host}' is not an IP address; resolve host names first`);
}

/** Returns `host:port`, with brackets around an IPv6 address (RFC 3986). */
export function formatAddress({ host, port }: SocketAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Writes a struct sockaddr_in (ip(7), 16 bytes) or sockaddr_in6 (ipv6(7), 28 bytes).
 * @returns its length in bytes.
 */
export function writeSockaddr(memory: NativeMemory, offset: number, { host, port }: SocketAddress): number {
  const view = new DataView(memory.bytes.buffer, offset, SOCKADDR_SIZE);
  const family = familyOf(host);
  for (let i = 0; i < SOCKADDR_SIZE; i++) view.setUint8(i, 0);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  if (family === AF_INET) {
    host.split('.').forEach((part, i) => {
      view.setUint8(4 + i, Number(part));
    });
    return 16;
  }
  groupsOfIPv6(host).forEach((group, i) => {
    view.setUint16(8 + 2 * i, group);
  });
  return 28;
}

/** Reads a socket address that the kernel wrote: the inverse of {@link writeSockaddr}. */
export function readSockaddr(memory: NativeMemory, offset: number): SocketAddress {
  const view = new DataView(memory.bytes.buffer, offset, SOCKADDR_SIZE);
  const port = view.getUint16(2);
  if (view.getUint16(0, true) === AF_INET) {
    return { host: `${view.getUint8(4)}.${view.getUint8(5)}.${view.getUint8(6)}.${view.getUint8(7)}`, port };
  }
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16));
  // The URL parser compresses zeros as RFC 5952 requires.
  return { host: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1), port };
}

function groupsOfIPv6(host: string): number[] {
  const bare = host.replace(/%.*$/, '');
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return parse(head);
  const left = parse(head);
  const right = parse(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Reports whether an IP address is loopback, in any notation: 127.0.0.0/8, the same range mapped to IPv6, or ::1. */
export function isLoopback(address: string): boolean {
  if (isIPv4(address)) return address.startsWith('127.');
  if (!isIPv6(address)) return false;
  const [a, b, c, d, e, prefix = 0, high = 0, low] = groupsOfIPv6(address);
  if (a || b || c || d || e) return false;
  return prefix === 0 ? high === 0 && low === 1 : prefix === 0xffff && high >> 8 === 127;
}
