import type { AppName } from '../../servers/apps/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { MessageSizes } from './message-sizes.ts';

/** What clients do. */
export const workloads = {
  'request-response': 'each connection keeps a number of requests in flight and sends the next when a reply arrives',
  upload: 'each connection sends as much as the server accepts; over UDP also at a rate. There are no replies',
  download: 'each connection receives what the server sends, as fast as it can',
  broadcast:
    'chat clients send lines, each the next when all others have the last, or at a rate; each receives all others',
  handshake:
    'connects, makes a handshake of TLS or WebSocket, and closes; the response time covers connecting and handshake',
} as const;

export type Workload = keyof typeof workloads;

/**
 * Reports whether nothing is answered, so that bytes are counted in place of requests. @param workload of any version.
 */
export function isOneWay(workload: string): boolean {
  return workload === 'upload' || workload === 'download';
}

/** How arrivals are spread around their rate. */
export const arrivals = {
  constant: 'at equal intervals',
  poisson: 'independent of each other, as from many users',
} as const;

export type Arrivals = keyof typeof arrivals;

/** How long connections are used. */
export const connectionUses = {
  pooled: 'connections stay open for all requests',
  'per-request': 'a new connection for each request: connect, request, reply, close',
} as const;

export type ConnectionUse = keyof typeof connectionUses;

/** The load that a trial puts on its target. */
export interface OperatingPoint {
  readonly transport: TransportName;
  /** The app that the server runs, which decides its protocol. */
  readonly app: AppName;
  readonly workload: Workload;
  /** TCP connections, or UDP sockets, each a peer of its own. */
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly pipelining: number;
  readonly connection: ConnectionUse;
  /** Bytes of a request, and of its reply. */
  readonly sizes: MessageSizes;
  /** Whether WebSocket messages are compressed (RFC 7692). */
  readonly deflate?: boolean;
}
