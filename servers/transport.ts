import type { Transport } from '../sockets/socket.ts';

/** How bytes travel between a server and its clients. */
export const transports = {
  tcp: { summary: 'a stream', basis: 'tcp' },
  udp: { summary: 'datagrams', basis: 'udp' },
  tls: {
    summary: 'a stream over TCP, encrypted (TLS 1.3, RFC 8446)',
    basis: 'tcp',
    absent: "TLS needs Node's own streams, and this model makes system calls itself",
  },
  unix: {
    summary: 'a stream within this machine, over a Unix-domain socket (unix(7))',
    basis: 'tcp',
    absent: 'only sockets of IP can share an address (SO_REUSEPORT, socket(7)), and this model opens several on one',
  },
} as const satisfies Record<string, TransportEntry>;

interface TransportEntry {
  readonly summary: string;
  /** What it carries: a stream, as TCP does, or datagrams, as UDP does. */
  readonly basis: Transport;
  /** Why a model lacks this transport, for models that give no reason of their own. */
  readonly absent?: string;
}

export type TransportName = keyof typeof transports;

export const transportNames = Object.keys(transports) as TransportName[];

/**
 * Returns why models lack a transport, for models that give no reason of their own; undefined when no reason is known.
 */
export function whyAbsent(name: TransportName): string | undefined {
  const { absent }: TransportEntry = transports[name];
  return absent;
}

/**
 * Returns `tcp` for a transport that carries a stream, and `udp` for one that carries datagrams. An app that works over
 * TCP works over every stream.
 */
export function basicTransport(name: TransportName): Transport {
  return transports[name].basis;
}
