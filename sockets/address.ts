import { isIPv4, isIPv6 } from 'node:net';
import type { NativeMemory } from './memory/memory.ts';

/** One end of a connection or a datagram. */
export type SocketAddress = InternetAddress | UnixAddress;

/** An IP address and a port. */
export interface InternetAddress {
  /** IPv4 in dotted form or IPv6 in RFC 5952 form; never a host name. */
  readonly host: string;
  readonly port: number;
}

/** The file of a Unix-domain socket: unix(7). */
export interface UnixAddress {
  /** Path, at most {@link MAX_UNIX_PATH} bytes; empty for a socket without a name, such as that of a client. */
  readonly path: string;
}

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Size in bytes of the largest IP socket address: struct sockaddr_in6, ipv6(7). */
export const SOCKADDR_SIZE = 28;

/** Room in bytes for an address of any family: struct sockaddr_un of 110 bytes, unix(7), rounded up. */
export const SOCKADDR_ROOM = 112;

/** Longest path of a Unix-domain socket, in bytes: sun_path has 108, of which one ends the path. */
export const MAX_UNIX_PATH = 107;
/** Offset of sun_path in struct sockaddr_un. */
const SUN_PATH = 2;

/** A path that no Unix-domain socket can have. */
export class UnixPathError extends RangeError {
  override readonly name = 'UnixPathError';
}

/** Checks the path of a Unix-domain socket. @throws {UnixPathError} when it is empty, too long or contains NUL. */
export function checkUnixPath(path: string): void {
  const length = Buffer.byteLength(path);
  if (length === 0) throw new UnixPathError('the path of a Unix-domain socket is missing: use one such as /tmp/a.sock');
  if (length > MAX_UNIX_PATH) {
    throw new UnixPathError(
      `'${path}' has ${length} bytes, and the path of a Unix-domain socket at most ${MAX_UNIX_PATH}: use a shorter one`,
    );
  }
  if (path.includes('\0')) throw new UnixPathError(`'${path}' contains a zero byte: use a path without one`);
}

/** Returns the address family of an IP address literal. @throws {TypeError} for a host name. */
export function familyOf(host: string): typeof AF_INET | typeof AF_INET6 {
  if (isIPv4(host)) return AF_INET;
  if (isIPv6(host)) return AF_INET6;
  throw new TypeError(`'${host}' is not an IP address; resolve host names first`);
}

/** Returns an address that is one of IP. @throws {TypeError} for that of a Unix-domain socket. */
export function asInternet(address: SocketAddress): InternetAddress {
  if ('path' in address) throw new TypeError(`'${address.path}' is a Unix-domain socket, which has no IP address`);
  return address;
}

/** Returns `host:port`, with brackets around an IPv6 address (RFC 3986); for a Unix-domain socket, its path. */
export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return address.path;
  const { host, port } = address;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Returns what HTTP clients send to a server as its Host (RFC 9110, section 7.2): its address, or `localhost` for a
 * Unix-domain socket, as curl does.
 */
export function hostField(address: SocketAddress): string {
  return 'path' in address ? 'localhost' : formatAddress(address);
}

/**
 * Writes a struct sockaddr_in (ip(7), 16 bytes), sockaddr_in6 (ipv6(7), 28 bytes) or sockaddr_un (unix(7), up to 110
 * bytes).
 * @param memory has {@link SOCKADDR_SIZE} bytes at `offset`, or {@link SOCKADDR_ROOM} for a Unix-domain socket.
 * @returns its length in bytes.
 * @throws {UnixPathError} for a path that no socket can have.
 */
export function writeSockaddr(memory: NativeMemory, offset: number, address: SocketAddress): number {
  if ('path' in address) return writeSockaddrUn(memory, offset, address.path);
  const { host, port } = address;
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

function writeSockaddrUn(memory: NativeMemory, offset: number, path: string): number {
  checkUnixPath(path);
  const bytes = Buffer.from(path);
  memory.bytes.fill(0, offset, offset + SOCKADDR_ROOM);
  new DataView(memory.bytes.buffer, offset).setUint16(0, AF_UNIX, true);
  memory.bytes.set(bytes, offset + SUN_PATH);
  // With the zero byte that ends the path.
  return SUN_PATH + bytes.length + 1;
}

/**
 * Reads a socket address that the kernel wrote: the inverse of {@link writeSockaddr}.
 * @param memory was zeroed before, so that a path ends with a zero byte.
 */
export function readSockaddr(memory: NativeMemory, offset: number): SocketAddress {
  const family = new DataView(memory.bytes.buffer, offset).getUint16(0, true);
  if (family === AF_UNIX) return { path: readPath(memory.bytes.subarray(offset + SUN_PATH, offset + SOCKADDR_ROOM)) };
  const view = new DataView(memory.bytes.buffer, offset, SOCKADDR_SIZE);
  const port = view.getUint16(2);
  if (family === AF_INET) {
    return { host: `${view.getUint8(4)}.${view.getUint8(5)}.${view.getUint8(6)}.${view.getUint8(7)}`, port };
  }
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16));
  // The URL parser compresses zeros as RFC 5952 requires.
  return { host: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1), port };
}

function readPath(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

/** Returns the eight groups of an IPv6 address, in any notation: numbers of 16 bits. */
export function groupsOfIPv6(host: string): number[] {
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
