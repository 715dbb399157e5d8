import type { Transport } from '../../sockets/socket.ts';

/** What clients do. */
export const workloads = {
  'request-response': 'each connection keeps a number of requests in flight and sends the next when a reply came',
} as const;

export type Workload = keyof typeof workloads;

/** The load that a trial puts on its target. */
export interface OperatingPoint {
  readonly transport: Transport;
  readonly workload: Workload;
  /** TCP connections, or UDP sockets, each a peer of its own. */
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly pipelining: number;
  /** Bytes of a request, and of its reply. */
  readonly size: number;
}

/** `tcp, 16 connections, 64 B`, for progress lines and messages. */
export function describeOperatingPoint({ transport, connections, pipelining, size }: OperatingPoint): string {
  const flight = pipelining > 1 ? `, ${pipelining} in flight on each` : '';
  return `${transport}, ${connections} ${connections === 1 ? 'connection' : 'connections'}${flight}, ${size} B`;
}
