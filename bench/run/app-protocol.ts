import type { ProtocolSpec } from '../load/protocols/make-protocol.ts';
import { sendsHttp, speaksWebSocket } from '../model/app-workload.ts';
import type { OperatingPoint } from '../model/operating-point.ts';

/** The resource on a server that clients request. */
export interface Resource {
  /** Value of the Host header. */
  readonly host: string;
  readonly path: string;
  /** Expected body of every reply, one character per byte; null where it is not known. */
  readonly page: string | null;
}

/** Returns what the clients of an app exchange with its server. */
export function appProtocol(point: OperatingPoint, { host, path, page }: Resource): ProtocolSpec {
  const { app, workload, connection, sizes } = point;
  if (speaksWebSocket(app)) return { kind: 'websocket', exchange: { host, path: '/', sizes, text: false } };
  if (!sendsHttp(app, workload)) return { kind: 'echo', sizes };
  const request = { path, ...(page !== null && { expectBody: Buffer.from(page, 'latin1') }) };
  return { kind: 'http', exchange: { host, requests: [request], keepAlive: connection === 'pooled' } };
}
