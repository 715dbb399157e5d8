import type { Transport } from '../sockets/socket.ts';

/** How bytes travel between a server and its clients: what the kernel offers, and what is laid over it. */
export const transports = {
  tcp: { summary: 'a stream', kernel: 'tcp' },
  udp: { summary: 'datagrams', kernel: 'udp' },
  tls: {
    summary: 'a stream over TCP, encrypted (TLS 1.3, RFC 8446)',
    kernel: 'tcp',
    absent: "TLS comes with Node's own streams, and this model asks the system itself",
  },
} as const satisfies Record<string, TransportEntry>;

interface TransportEntry {
  readonly summary: string;
  /** What of the kernel's it travels over. */
  readonly kernel: Transport;
  /** Why models leave it out that don't say why themselves. */
  readonly absent?: string;
}

export type TransportName = keyof typeof transports;

export const transportNames = Object.keys(transports) as TransportName[];

/** Why a model leaves a transport out, unless it has a reason of its own; undefined when that is all that is known. */
export function whyAbsent(name: TransportName): string | undefined {
  const { absent }: TransportEntry = transports[name];
  return absent;
}

/** What of the kernel's a transport travels over: an app that is spoken over TCP is spoken over TLS, too. */
export function kernelTransport(name: TransportName): Transport {
  return transports[name].kernel;
}
