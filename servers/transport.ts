import type { Transport } from '../sockets/socket.ts';

/** How bytes travel between a server and its clients: a kernel transport, possibly with a protocol on top. */
export const transports = {
  tcp: { summary: 'a stream', kernel: 'tcp' },
  udp: { summary: 'datagrams', kernel: 'udp' },
  tls: {
    summary: 'a stream over TCP, encrypted (TLS 1.3, RFC 8446)',
    kernel: 'tcp',
    absent: "TLS needs Node's own streams, and this model makes system calls itself",
  },
} as const satisfies Record<string, TransportEntry>;

interface TransportEntry {
  readonly summary: string;
  /** The kernel transport under it. */
  readonly kernel: Transport;
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

/** Returns the kernel transport under a transport. An app that works over TCP works over TLS, too. */
export function kernelTransport(name: TransportName): Transport {
  return transports[name].kernel;
}
