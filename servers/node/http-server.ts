import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { HttpApp, Reply } from '../apps/app.ts';
import { type Answer, refusal } from '../apps/http/answers.ts';
import { checkEveryMs, type HttpTimeLimits } from '../apps/http/time-limits.ts';
import type { RunningServer, ServerSpec } from '../contract.ts';
import { endConversation, listen, tlsOptions } from './streams.ts';

/** HTTP over node:http and node:https, for the models on Node's streams. Both parse requests and apply time limits. */

/**
 * Answers a complete request, at once or later. Its body has been discarded. node:http keeps the order of the replies
 * on each connection.
 */
type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Most requests of one connection that wait for their answer before the server stops reading from it. */
const MAX_WAITING = 64;

/** State of a connection. */
interface Connection {
  /** Number of requests that are not answered yet. */
  waiting: number;
  /** The reply to the latest complete request. It is sent after all others. */
  last?: ServerResponse;
  isRefused: boolean;
}

/**
 * Listens, and calls `handle` with every request. Keeps the contract of contract.ts where node:http alone does not:
 * a half-closed client is answered, the reply to a faulty request follows all earlier replies, and later input provokes
 * no reset.
 * @throws {SystemError} EADDRINUSE and the like.
 */
export function listenHttp(spec: ServerSpec, { limits }: HttpApp, handle: RequestHandler): Promise<RunningServer> {
  const isTls = spec.transport === 'tls';
  const options = serverOptions(limits);
  const server = isTls
    ? createHttpsServer({ ...options, ...tlsOptions(), allowHalfOpen: true })
    : createServer(options);
  const connections = new WeakMap<Socket, Connection>();
  // Undocumented option. Without it, node:http ends the connection at the client's FIN, and drops queued replies.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.setTimeout(stallMs(limits), (socket) => {
    const last = connections.get(socket)?.last;
    if (socket.writableLength > 0 || last === undefined || last.writableEnded) socket.destroy();
  });
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, { waiting: 0, isRefused: false });
    // node:http calls this after the last reply. The original closes the socket, which resets a client that is sending.
    socket.destroySoon = () => endConversation(socket);
    closeIfSilent(socket, limits.idleMs);
    // With a listener, node:http reads through the stream, which can be paused. Without one, TLS passes decrypted bytes
    // of a client that pipelines to the paused parser, which is an error: HPE_PAUSED.
    if (isTls) socket.on('data', () => undefined);
  });
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (connection === undefined || connection.isRefused) return;
    connection.last = response;
    handle(request, response);
    if (!response.writableEnded) boundWaiting(request.socket, connection, response);
  };
  server.on('request', (request, response) => {
    if (hasBody(request)) request.resume().once('end', () => answer(request, response));
    else answer(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connections.get(socket);
    // A TLS handshake failed.
    if (connection === undefined) socket.destroy();
    else if (isFaulty(error, socket)) refuse(socket, connection, statusOf(error));
  });
  return listen(spec, server);
}

/** Stops reading from a connection while many of its requests wait. node:http only does so while replies wait. */
function boundWaiting(socket: Socket, connection: Connection, response: ServerResponse): void {
  connection.waiting++;
  // Not before the other requests of this chunk are handled: node:http resumes at the end of each.
  if (connection.waiting === MAX_WAITING) {
    setImmediate(() => {
      if (connection.waiting >= MAX_WAITING) socket.pause();
    });
  }
  response.once('close', () => {
    if (connection.waiting-- === MAX_WAITING) socket.resume();
  });
}

/** Maps the time limits to those of node:http. */
function serverOptions(limits: HttpTimeLimits): ServerOptions {
  const { idleMs, headerMs, requestMs } = limits;
  return {
    noDelay: true,
    keepAliveTimeout: idleMs,
    // node:http requires headersTimeout <= requestTimeout, unless that is unlimited.
    headersTimeout: requestMs > 0 ? Math.min(headerMs, requestMs) : headerMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.round(checkEveryMs(limits) ?? 0),
  };
}

/**
 * Returns the limit for connections without progress, in milliseconds, which ends clients that do not read their
 * replies. It is longer than all other limits, so that those apply first. 0, without limit, when one of them is
 * unlimited.
 */
function stallMs(limits: HttpTimeLimits): number {
  const { idleMs, headerMs, requestMs } = limits;
  if (Math.min(idleMs, headerMs, requestMs) === 0) return 0;
  return Math.max(idleMs, headerMs, requestMs) + 2 * (checkEveryMs(limits) ?? 0);
}

/** Closes a connection without a first byte. node:http has a limit for this only after the first request. */
function closeIfSilent(socket: Socket, idleMs: number): void {
  if (idleMs === 0) return;
  const close = () => {
    if (socket.bytesRead === 0) socket.destroy();
  };
  // Bytes that arrived while the event loop was blocked are read first.
  const timer = setTimeout(() => setImmediate(close), idleMs);
  socket.once('close', () => clearTimeout(timer));
}

/** Reports whether an error must be answered. */
function isFaulty({ code }: NodeJS.ErrnoException, socket: Socket): boolean {
  // A reset, or input after the last request.
  if (!socket.writable || code === 'HPE_CLOSED_CONNECTION') return false;
  // node:http applies its limit on heads from the start of the connection. Without a request, the idle limit applies.
  return code !== 'ERR_HTTP_REQUEST_TIMEOUT' || socket.bytesRead > 0;
}

/** Returns the status for an error of the parser, as node:http chooses it. */
function statusOf({ code }: NodeJS.ErrnoException): number {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    default:
      return 400;
  }
}

/** Sends an error status after all replies to earlier requests, and ends the connection. Further input is discarded. */
function refuse(socket: Socket, connection: Connection, status: number): void {
  if (connection.isRefused) return;
  connection.isRefused = true;
  const end = () => {
    if (!socket.writable) return;
    const reply = refusal(status);
    reply.date(Math.floor(Date.now() / 1000));
    socket.write(reply.bytes);
    endConversation(socket);
  };
  const { last } = connection;
  if (last === undefined || last.writableFinished) end();
  else last.once('finish', end);
}

/** Reports whether a body follows the head of a request. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Collects the delay of one request. */
class Delay implements Reply {
  nanos = 0;

  wait(nanos: number): void {
    this.nanos += nanos;
  }
}

/** Does the work of a request. @returns the delay of its answer, in nanoseconds. */
export function workFor({ cost }: HttpApp): number {
  if (cost === undefined) return 0;
  const delay = new Delay();
  cost.next(delay);
  return delay.nanos;
}

export function send(response: ServerResponse, { status, fields, body }: Answer): void {
  response.writeHead(status, fields).end(body);
}
