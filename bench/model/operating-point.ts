import type { Transport } from '../../sockets/socket.ts';

/** What clients do. */
export const workloads = {
  'request-response': 'each connection keeps a number of requests in flight and sends the next when a reply came',
} as const;

export type Workload = keyof typeof workloads;

/** How arrivals are spread around their rate. */
export const arrivals = {
  constant: 'at equal distances',
  poisson: 'independent of each other, as from many users',
} as const;

export type Arrivals = keyof typeof arrivals;

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
