import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { SocketAddress } from '../../sockets/address.ts';
import type { StreamReply, StreamSession } from '../apps/app.ts';
import type { RunningServer, ServerSpec } from '../contract.ts';
import { boundAddress } from '../listening/listener.ts';
import { openSharedPort } from '../listening/shared-port.ts';
import type { SocketRoom } from '../rooms/socket-room.ts';
import { after } from '../timing/call-after.ts';
import { linger } from '../timing/linger-socket.ts';
import { makeCertificate } from './certificate.ts';

/** Streams over node:net and node:tls, shared by the event-driven, async, cluster and worker-pool models. */

/** Length of the accept queue: Linux's default maximum (net.core.somaxconn). */
const BACKLOG = 4096;

/** Time limit of a TLS handshake, in milliseconds. Node's default of 2 minutes is meant for browsers. */
const HANDSHAKE_LIMIT_MS = 10_000;

/**
 * Listens, and calls `converse` with every connection; over TLS, once its handshake is done. The socket allows
 * half-open connections (the model answers the peer's end with {@link Socket.end}), has Nagle's algorithm off, and has
 * an error listener. The peer's end is its FIN, or over TLS its close_notify. TLS 1.3 lets the other direction continue
 * after that, too (RFC 8446, section 6.1).
 * @throws {SystemError} EADDRINUSE and the like.
 */
export function listenStream(spec: ServerSpec, converse: (socket: Socket) => void): Promise<RunningServer> {
  const serve = (socket: Socket) => {
    // A reset ends this connection only; Node destroys the socket.
    socket.on('error', () => undefined);
    converse(socket);
  };
  const options = { allowHalfOpen: true, noDelay: true };
  return listen(
    spec,
    spec.transport === 'tls' ? createTlsServer({ ...options, ...tlsOptions() }, serve) : createServer(options, serve),
  );
}

/** Returns the options of a server over TLS. */
export function tlsOptions(): { readonly cert: string; readonly key: string; readonly handshakeTimeout: number } {
  return { ...makeCertificate(), handshakeTimeout: HANDSHAKE_LIMIT_MS };
}

/** Makes a server of Node's listen. @throws {SystemError} EADDRINUSE and the like. */
export function listen(spec: ServerSpec, server: Server): Promise<RunningServer> {
  const connections = new Set<Socket>();
  // For TLS, too, these are the connections under it: some may never complete their handshake.
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const { sharedPort } = spec;
    const where = sharedPort === undefined ? boundAddress(spec) : { fd: openSharedPort(spec, sharedPort) };
    server.listen(where, BACKLOG, () => {
      server.off('error', reject);
      // Out of descriptors (EMFILE): libuv drops the new connection, and the server continues.
      server.on('error', () => undefined);
      resolve({
        address: addressOf(server),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of connections) socket.destroy();
          }),
      });
    });
  });
}

/** Returns where a server listens: of a Unix-domain socket, Node reports the path alone. */
function addressOf(server: Server): SocketAddress {
  const bound = server.address() as AddressInfo | string;
  return typeof bound === 'string' ? { path: bound } : { host: bound.address, port: bound.port };
}

/** Sends through a node:net socket. The caller stops receiving while {@link notDrained} is set. */
export class NodeStreamReply implements StreamReply {
  /** Whether the conversation has been ended. Further input of the peer is to be read and discarded. */
  ended = false;
  /**
   * Delay before held-back replies are sent; then call {@link release}. Nothing is received meanwhile. In nanoseconds.
   */
  waitNanos = 0;
  readonly #socket: Socket;
  readonly #room: SocketRoom | undefined;
  /** Its number in the room. */
  readonly #speaker: number;
  #chunk: Uint8Array | undefined;
  /** Messages to other clients, held back until the delay is over. */
  readonly #delayedBroadcasts: Uint8Array[] = [];

  constructor(socket: Socket, room?: SocketRoom) {
    this.#socket = socket;
    this.#room = room;
    this.#speaker = room?.enter(socket) ?? 0;
  }

  /** The socket that must drain before more is received from the peer, or undefined. */
  get notDrained(): Socket | undefined {
    return this.#socket.writableNeedDrain ? this.#socket : this.#room?.notDrained;
  }

  /**
   * Sets the chunk being answered. node:net allocated it for this call alone, so replies out of it need no copy. Set it
   * to undefined afterwards: otherwise an idle connection keeps its last chunk in memory, up to 64 KiB.
   */
  answering(chunk: Uint8Array | undefined): void {
    this.#chunk = chunk;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.ended) return;
    const part = bytes.subarray(start, end);
    this.#socket.write(bytes === this.#chunk ? part : new Uint8Array(part));
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (!this.ended) this.#socket.write(bytes.subarray(start, end));
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (this.ended) return;
    const part = bytes.subarray(start, end);
    if (this.waitNanos > 0) this.#delayedBroadcasts.push(new Uint8Array(part));
    else this.#room?.broadcast(this.#speaker, part);
  }

  wait(nanos: number): void {
    if (this.waitNanos === 0) this.#socket.cork();
    this.waitNanos += nanos;
  }

  /** Sends what was held back. */
  release(): void {
    this.waitNanos = 0;
    for (const part of this.#delayedBroadcasts.splice(0)) this.#room?.broadcast(this.#speaker, part);
    this.#socket.uncork();
    if (this.ended) endConversation(this.#socket);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.waitNanos === 0) endConversation(this.#socket);
  }
}

/** Sends all queued bytes, then FIN. Later input is read and discarded for a while: see LINGER_MS. */
export function endConversation(socket: Socket): void {
  // While Node writes data of TLS itself, such as session tickets, it would end without close_notify. Bytes that the
  // kernel took at once count as written in the next turn of the event loop.
  if (socket instanceof TLSSocket) setImmediate(finish, socket);
  else finish(socket);
}

function finish(socket: Socket): void {
  if (socket.readableEnded) socket.end();
  // Node closes the socket after the peer's FIN.
  else socket.end(() => linger(socket));
}

/**
 * A {@link StreamSession} whose calls may be asynchronous: each is made after the promise of the one before is
 * fulfilled.
 */
export type AsyncSession = {
  [Call in keyof StreamCalls]: (...args: Parameters<NonNullable<StreamCalls[Call]>>) => void | Promise<void>;
} & Pick<StreamSession, 'hasPendingReply'>;

type StreamCalls = Omit<StreamSession, 'hasPendingReply' | 'turn' | 'timeLimitMs' | 'expire'>;

/**
 * Serves one conversation in one async function: awaits a chunk, awaits its answer, awaits the drain. Ends when the
 * peer has finished and everything is sent, or when the connection broke. Never rejects.
 * @param room connects the peers with each other, for apps that need it.
 */
export async function converse(socket: Socket, session: AsyncSession, room?: SocketRoom): Promise<void> {
  const reply = new NodeStreamReply(socket, room);
  socket.once('close', () => void session.close?.());
  try {
    if (session.open !== undefined) await session.open(reply);
    await waited(reply);
    const produced = session.produce === undefined ? undefined : produce(socket, session, reply);
    // By default, the iterator would destroy the socket at the peer's FIN, with replies still unsent.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      if (reply.ended) continue;
      reply.answering(chunk);
      await session.receive(chunk, 0, chunk.length, reply);
      reply.answering(undefined);
      if (reply.waitNanos > 0) await waited(reply);
      for (let { notDrained } = reply; notDrained !== undefined; notDrained = reply.notDrained)
        await drained(notDrained, socket);
    }
    if (!reply.ended) await session.finish?.(reply);
    await waited(reply);
    if (session.hasPendingReply !== true) reply.end();
    await produced;
  } catch {
    socket.destroy();
  }
}

/** Lets the session produce whenever the peer has taken everything, until the conversation is over. Never rejects. */
async function produce(socket: Socket, session: AsyncSession, reply: NodeStreamReply): Promise<void> {
  try {
    while (!reply.ended && !socket.destroyed) {
      await session.produce?.(reply);
      await waited(reply);
      if (socket.writableNeedDrain) await drained(socket, socket);
      // While the kernel takes all at once, nothing above waits for an event: give other connections a turn.
      await nextTurn();
    }
  } catch {
    socket.destroy();
  }
}

/** Sends held-back replies after their delay, and resolves then; at once when nothing is held back. */
async function waited(reply: NodeStreamReply): Promise<void> {
  if (reply.waitNanos === 0) return;
  await new Promise<void>((resolve) => after(reply.waitNanos, resolve));
  reply.release();
}

/** Resolves when the bytes written to `notDrained` have been sent or lost, or when `peer` is closed. */
function drained(notDrained: Socket, peer: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      notDrained.off('drain', done);
      for (const socket of [notDrained, peer]) socket.off('close', done);
      resolve();
    };
    notDrained.on('drain', done);
    for (const socket of [notDrained, peer]) socket.on('close', done);
  });
}
