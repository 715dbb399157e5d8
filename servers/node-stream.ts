import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { StreamReply, StreamSession } from './apps/app.ts';
import { makeCertificate } from './certificate.ts';
import type { RunningServer, ServerSpec } from './contract.ts';
import type { Lookout } from './lookout.ts';
import { linger } from './node-linger.ts';
import { after } from './node-wait.ts';
import type { SocketRoom } from './rooms/socket-room.ts';
import { openSharedPort } from './shared-port.ts';

/** TCP and TLS through node:net and node:tls, as the event-driven, async, cluster and worker-pool models share them. */

/** Connections the kernel completes ahead of accept: as many as Linux allows by default (net.core.somaxconn). */
const BACKLOG = 4096;

/** How long a peer may take over its TLS handshake, in milliseconds. Node's own default, 2 minutes, is for browsers. */
const HANDSHAKE_LIMIT_MS = 10_000;

/**
 * Listens, and calls `converse` with every connection; over TLS, with every one whose handshake is done. Its socket is
 * half-open capable (the model answers the peer's end with {@link Socket.end}), sends without Nagle's delay, and may fail
 * without anybody listening. The peer's end is its FIN, or over TLS its close_notify, after which TLS 1.3, too, lets the
 * other direction go on (RFC 8446, section 6.1).
 * @throws {SystemError} EADDRINUSE and the like.
 */
export function listenStream(spec: ServerSpec, converse: (socket: Socket) => void): Promise<RunningServer> {
  const connections = new Set<Socket>();
  const server = makeServer(spec, (socket) => {
    // A reset ends this connection only; Node destroys the socket by itself.
    socket.on('error', () => undefined);
    converse(socket);
  });
  // Of TLS, too, these are the TCP connections: some may never get through their handshake.
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const { host, port, sharedPort } = spec;
    const where = sharedPort === undefined ? { host, port } : { fd: openSharedPort(spec, sharedPort) };
    server.listen(where, BACKLOG, () => {
      server.off('error', reject);
      // Out of descriptors (EMFILE): libuv drops the new connection, and the server goes on.
      server.on('error', () => undefined);
      const { address: host, port } = server.address() as { address: string; port: number };
      resolve({
        address: { host, port },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of connections) socket.destroy();
          }),
      });
    });
  });
}

/** A server that calls `serve` with every connection on which an app can speak. */
function makeServer({ transport }: ServerSpec, serve: (socket: Socket) => void): Server {
  const options = { allowHalfOpen: true, noDelay: true };
  if (transport !== 'tls') return createServer(options, serve);
  return createTlsServer({ ...options, ...makeCertificate(), handshakeTimeout: HANDSHAKE_LIMIT_MS }, serve);
}

/** Sends through a node:net socket. Whoever uses it stops receiving while {@link Socket.writableNeedDrain}. */
export class NodeStreamReply implements StreamReply {
  /** Has the conversation been ended? Then what the peer still sends is to be read and thrown away. */
  ended = false;
  /** How long what was said is to be held back; then {@link release} is to be called. Nothing is received until then. */
  waitNanos = 0;
  readonly #socket: Socket;
  readonly #room: SocketRoom | undefined;
  /** Its number in the room. */
  readonly #speaker: number;
  #chunk: Uint8Array | undefined;
  /** What is to be said to others when the wait is over. */
  readonly #heldBack: Uint8Array[] = [];

  constructor(socket: Socket, room?: SocketRoom) {
    this.#socket = socket;
    this.#room = room;
    this.#speaker = room?.enter(socket) ?? 0;
  }

  /** What is to drain before the peer is received from again; undefined when nothing is. */
  get clogged(): Socket | undefined {
    return this.#socket.writableNeedDrain ? this.#socket : this.#room?.clogged;
  }

  /**
   * The chunk being answered: node:net made it for us alone, so that replies out of it need no copy. None when it has
   * been answered: a connection that is idle would keep as much as came last, up to 64 KiB.
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
    if (this.waitNanos > 0) this.#heldBack.push(new Uint8Array(part));
    else this.#room?.tell(this.#speaker, part);
  }

  wait(nanos: number): void {
    if (this.waitNanos === 0) this.#socket.cork();
    this.waitNanos += nanos;
  }

  /** Lets go what was held back. */
  release(): void {
    this.waitNanos = 0;
    for (const part of this.#heldBack.splice(0)) this.#room?.tell(this.#speaker, part);
    this.#socket.uncork();
    if (this.ended) this.#end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.waitNanos === 0) this.#end();
  }

  #end(): void {
    const socket = this.#socket;
    // While something of TLS's own is being written, such as a session's tickets, Node ends without close_notify. It
    // takes what the kernel took at once for written in the next turn of its loop.
    if (socket instanceof TLSSocket) setImmediate(finish, socket);
    else finish(socket);
  }
}

/** Sends what is to be sent, and then FIN. */
function finish(socket: Socket): void {
  if (socket.readableEnded) socket.end();
  // Node closes the socket by itself when the peer's FIN has come, too.
  else socket.end(() => linger(socket));
}

/** What the conversations of a server share. */
export interface Together {
  /** What the peers hear of others, for apps that need it. */
  readonly room?: SocketRoom | undefined;
  /** What keeps their time, for apps that bound it. */
  readonly lookout?: Lookout | undefined;
}

/** A {@link StreamSession} that takes its time: a call is made when the promise of the one before is fulfilled. */
export type AsyncSession = {
  [Call in keyof StreamCalls]: (...args: Parameters<NonNullable<StreamCalls[Call]>>) => void | Promise<void>;
} & Pick<StreamSession, StreamStates>;

/** What of a session is looked at, and not called. */
type StreamStates = 'owing' | 'turn' | 'patienceMs';
type StreamCalls = Omit<StreamSession, StreamStates>;

/**
 * Holds one conversation as one async function: awaits a chunk, awaits its answer, awaits that the peer took it.
 * Ends when the peer has finished and everything is sent, or when the connection broke. Never rejects.
 * @param together what it shares with the server's other conversations.
 */
export async function converse(socket: Socket, session: AsyncSession, { room, lookout }: Together = {}): Promise<void> {
  const reply = new NodeStreamReply(socket, room);
  lookout?.watch(socket, session, reply);
  socket.once('close', () => void session.close?.());
  try {
    if (session.open !== undefined) await session.open(reply);
    await waited(reply);
    const produced = session.produce === undefined ? undefined : produce(socket, session, reply);
    // The iterator would destroy the socket at the peer's FIN, with replies still unsent.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      if (reply.ended) continue;
      reply.answering(chunk);
      await session.receive(chunk, 0, chunk.length, reply);
      reply.answering(undefined);
      if (reply.waitNanos > 0) await waited(reply);
      for (let { clogged } = reply; clogged !== undefined; clogged = reply.clogged) await drained(clogged, socket);
    }
    if (!reply.ended) await session.finish?.(reply);
    await waited(reply);
    if (session.owing !== true) reply.end();
    await produced;
  } catch {
    socket.destroy();
  }
}

/** Has the session produce whenever the peer took all there was, until the conversation is over. Never rejects. */
async function produce(socket: Socket, session: AsyncSession, reply: NodeStreamReply): Promise<void> {
  try {
    while (!reply.ended && !socket.destroyed) {
      await session.produce?.(reply);
      await waited(reply);
      if (socket.writableNeedDrain) await drained(socket, socket);
      // While the kernel takes all at once, none of this waits for an event: the other connections must have their turn.
      await nextTurn();
    }
  } catch {
    socket.destroy();
  }
}

/** Resolves when what is held back has been let go; at once when nothing is. */
async function waited(reply: NodeStreamReply): Promise<void> {
  if (reply.waitNanos === 0) return;
  await new Promise<void>((resolve) => after(reply.waitNanos, resolve));
  reply.release();
}

/** Resolves when what was written to `clogged` has been sent, or never will be, or `peer` is closed. */
function drained(clogged: Socket, peer: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clogged.off('drain', done);
      for (const socket of [clogged, peer]) socket.off('close', done);
      resolve();
    };
    clogged.on('drain', done);
    for (const socket of [clogged, peer]) socket.on('close', done);
  });
}
