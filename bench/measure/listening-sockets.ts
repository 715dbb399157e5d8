import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { groupsOfIPv6 } from '../../sockets/address.ts';
import type { Transport } from '../../sockets/socket.ts';

// States in /proc/net: include/net/tcp_states.h. A UDP socket that is not connected shows TCP_CLOSE.
const STATES = { tcp: '0A', udp: '07' } as const satisfies Record<Transport, string>;

// In /proc/net/unix: the flag __SO_ACCEPTCON, and SOCK_STREAM.
const ACCEPTING = '00010000';
const STREAM = '0001';

/** The unspecified addresses of IPv4 and IPv6 in proc_net_tcp. */
const ANY = ['00000000', '0'.repeat(32)];
/** Before an IPv4 address in IPv6, RFC 4291, section 2.5.5.2. */
const MAPPED = `${'0'.repeat(16)}FFFF0000`;

/** Returns the local addresses that accept traffic to an IP address, as in proc_net_tcp: words of 32 bits as in memory. */
function accepting(host: string): string[] {
  if (isIPv4(host)) {
    const word = wordsOf(host.split('.').map(Number));
    return [word, `${MAPPED}${word}`, ...ANY];
  }
  return [wordsOf(groupsOfIPv6(host).flatMap((group) => [group >> 8, group & 0xff])), ...ANY.slice(1)];
}

function wordsOf(bytes: readonly number[]): string {
  const hex = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  return Array.from({ length: hex.length / 4 }, (_, i) =>
    hex
      .slice(4 * i, 4 * i + 4)
      .reverse()
      .join(''),
  ).join('');
}

/**
 * Returns the inodes of the sockets that serve a port of an IP address. It reads the kernel's tables, so the server does
 * not notice. Linux only.
 */
export function listeningSockets(transport: Transport, port: number, host = '127.0.0.1'): string[] {
  const tables = [transport, `${transport}6`].map((name) => `/proc/net/${name}`);
  const texts = tables.map(transport === 'tcp' ? readListeners : read);
  return texts.flatMap((text) => parseListening(text, transport, port, host));
}

/** Does the work of {@link listeningSockets} on the text of `/proc/net/tcp`, `udp`, or one of the two for IPv6. */
export function parseListening(table: string, transport: Transport, port: number, host = '127.0.0.1'): string[] {
  const addresses = accepting(host);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    // Most lines are of other ports.
    if (!line.includes(`:${hex} `)) return [];
    // `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 INODE …`
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', localPort] = local?.split(':') ?? [];
    const serves = localPort === hex && addresses.includes(address) && state === STATES[transport];
    return serves && inode !== undefined && remote?.endsWith(':0000') ? [inode] : [];
  });
}

/** Returns the inodes of the sockets that listen for streams on an absolute path. Linux only. */
export function listeningOnPath(path: string): string[] {
  return parseUnixListening(read('/proc/net/unix'), path);
}

/** Does the work of {@link listeningOnPath} on the text of `/proc/net/unix`, unix(7). */
export function parseUnixListening(table: string, path: string): string[] {
  return table.split('\n').flatMap((line) => {
    if (!line.endsWith(` ${path}`)) return [];
    // `0000000000000000: 00000002 00000000 00010000 0001 01 INODE PATH`
    const [, , , flags, type, , inode] = line.trim().split(/\s+/);
    return flags === ACCEPTING && type === STREAM && inode !== undefined ? [inode] : [];
  });
}

/**
 * Reports whether any of the processes holds any of the sockets.
 * @returns undefined when none is seen to, but the descriptors of one are not readable for this user.
 */
export function holdSocket(pids: readonly number[], inodes: readonly string[]): boolean | undefined {
  const links = inodes.map((inode) => `socket:[${inode}]`);
  const answers = pids.map((pid) => openFiles(pid)?.some((file) => links.includes(file)));
  return answers.includes(true) || (answers.includes(undefined) ? undefined : false);
}

/**
 * Returns the targets of a process's descriptors; undefined when this user may not read them, empty when it has ended.
 */
function openFiles(pid: number): string[] | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? undefined : [];
  }
}

/** Returns the target of a link; empty when the descriptor was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** A line of a TCP socket in another state than listening. */
const CONNECTION = new RegExp(`^ *\\d+: \\S+ \\S+ (?!${STATES.tcp})[0-9A-F]{2} `, 'm');
/** As much as the kernel returns at once. */
const CHUNK_BYTES = 4096;

/**
 * Reads a table of TCP sockets up to its first connection. The kernel lists the sockets that listen before all others, and
 * connections that have ended take milliseconds to read where there are thousands.
 */
function readListeners(path: string): string {
  let file: number | undefined;
  let text = '';
  try {
    file = openSync(path, 'r');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let bytes: number;
    do {
      bytes = readSync(file, chunk);
      text += chunk.toString('latin1', 0, bytes);
    } while (bytes > 0 && !CONNECTION.test(text));
  } catch {
    // There is no such table, as without IPv6.
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return text;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
