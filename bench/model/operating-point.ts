import * as z from 'zod';
import { appNames, DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import { exchangeSchema } from './exchange.ts';
import { fixedSize } from './message-sizes.ts';
import { amount, count } from './numbers.ts';
import { sizesSchema } from './sizes-schema.ts';
import { stagesSchema } from './stage.ts';
import { tlsRecordSchema } from './tls-record.ts';

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

/** Types of the messages that WebSocket clients send, and expect back. */
export const websocketMessages = { binary: 'any bytes', text: 'text in UTF-8' } as const;

/** Properties of a load that are the same at all operating points of a run. */
const loadShape = {
  /** The app that the server runs, which decides its protocol. */
  app: z.enum(appNames).default('echo'),
  workload: z.enum(namesOf(workloads)).default('request-response'),
  /** What clients send and expect, where it was chosen; null: what the app suggests. Without secrets. */
  exchange: exchangeSchema.nullable().default(null),
  connection: z.enum(namesOf(connectionUses)).default('pooled'),
  /** Requests in flight on each connection. */
  pipelining: count,
  /** Type of WebSocket messages. */
  websocketMessage: z.enum(namesOf(websocketMessages)).default('binary'),
  /** Whether WebSocket messages are compressed (RFC 7692), if the server agrees. */
  deflate: z.boolean().default(false),
  /** How clients use TLS; null: each connection makes a full handshake and accepts any certificate. */
  tls: tlsRecordSchema.nullable().default(null),
  /** Bytes of a request, and of its reply. Empty in results of versions that stored mixtures only. */
  sizes: sizesSchema.default([]),
  /**
   * Requests a second, independent of the server: open loop. Null: closed loop. With stages, the rate at their
   * beginning; in a trial that was measured, the mean.
   */
  rate: amount.nullable().default(null),
  /** Null in a closed loop, where each reply triggers the next request. */
  arrivals: z.enum(namesOf(arrivals)).nullable().default(null),
  /** Ramps of the rate or, in a closed loop, of the connections in use. Empty: constant. */
  stages: stagesSchema.default([]),
};

/** Properties in which the operating points of a run may differ. */
const variedShape = {
  transport: z.enum(transportNames),
  /** TCP connections, or UDP sockets, each a separate peer. */
  connections: count,
  /** Number of CPUs given to the server; absent when it was not varied. */
  cpus: count.optional(),
  /** Work of a request on the server, in the syntax of --work; null: no more than its reply. */
  work: z.string().nullable(),
  /** Share of requests that skip the work. */
  cacheHit: amount.default(0),
};

/** Schemas of these properties, for the records that results store. */
export const pointShape = { ...variedShape, ...loadShape };
export const loadSchema = z.object(loadShape);
const pointSchema = z.object(pointShape);

/** The load of a run, without the properties in which its operating points differ. */
export type Load = Readonly<z.infer<typeof loadSchema>>;

/**
 * The load that a trial puts on its target: one record, which planning makes, the generator's threads receive, and
 * results store.
 */
export type OperatingPoint = Readonly<z.infer<typeof pointSchema>>;

/** Operating points that differ in these properties: each transport with each number of connections. */
export const scenarioSchema = z.object({
  /** The app of the servers, where it differs from that of the run. */
  app: loadShape.app.unwrap().optional(),
  transports: z.array(pointShape.transport).readonly(),
  connections: z.array(pointShape.connections).readonly(),
  cpus: pointShape.cpus,
  work: pointShape.work.default(null),
  cacheHit: pointShape.cacheHit,
});
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;

/** Returns an operating point: one echo request after the other on one TCP connection, except for what is given. */
export function operatingPoint(given: Partial<OperatingPoint> = {}): OperatingPoint {
  return {
    ...{ transport: 'tcp', connections: 1, work: null, cacheHit: 0 },
    ...{ app: DEFAULT_APP, workload: 'request-response', exchange: null },
    ...{ connection: 'pooled', pipelining: 1, websocketMessage: 'binary', deflate: false, tls: null },
    ...{ sizes: fixedSize(64), rate: null, arrivals: null, stages: [] },
    ...given,
  };
}

/** Returns the load in a record that contains one. */
export function loadOf(record: Load): Load {
  const names = Object.keys(loadShape) as (keyof Load)[];
  return Object.fromEntries(names.map((name) => [name, record[name]])) as Load;
}

/** Returns the scenario in a record that contains one, without its app. */
export function scenarioOf({ transports, connections, cpus, work, cacheHit }: Scenario): Scenario {
  return { transports, connections, ...(cpus !== undefined && { cpus }), work, cacheHit };
}

/** Reports whether stages change the number of connections in use, rather than a rate. */
export function growsInStages({ rate, stages }: Pick<Load, 'rate' | 'stages'>): boolean {
  return rate === null && stages.length > 0;
}

/** Returns the most connections that a load uses at once. */
export function mostConnections(point: Pick<OperatingPoint, 'rate' | 'stages' | 'connections'>): number {
  return Math.max(point.connections, ...(growsInStages(point) ? point.stages.map(({ target }) => target) : []));
}

function namesOf<N extends string>(catalog: Readonly<Record<N, unknown>>): readonly N[] {
  return Object.keys(catalog) as N[];
}
