import { createServer, type Socket } from 'node:net';
import type { StreamReply } from './apps/app.ts';
import type { RunningServer, ServerSpec } from './contract.ts';

/** TCP through node:net, as the event-driven, async, cluster and worker-pool models share it. */

/** Connections the kernel completes ahead of accept: as many as Linux allows by default (net.core.somaxconn). */
const BACKLOG = 4096;

/**
 * Listens, and calls `converse` with every connection. Its socket is half-open capable (the model answers the peer's
 * FIN with {@link Socket.end}), sends without Nagle's delay, and may fail without anybody listening.
 * @throws {SystemError} EADDRINUSE and the like.
 */
export function listenStream(spec: ServerSpec, converse: (socket: Socket) => void): Promise<RunningServer> {
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.add(socket);
    // A reset ends this connection only; Node destroys the socket by itself.
    socket.on('error', () => undefined);
    socket.on('close', () => connections.delete(socket));
    converse(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: spec.host, port: spec.port, backlog: BACKLOG }, () => {
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

/** Sends through a node:net socket. Whoever uses it stops receiving while {@link Socket.writableNeedDrain}. */
export class NodeStreamReply implements StreamReply {
  readonly #socket: Socket;
  #chunk: Uint8Array | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The chunk being answered: node:net made it for us alone, so that replies out of it need no copy. */
  answering(chunk: Uint8Array): void {
    this.#chunk = chunk;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    const part = bytes.subarray(start, end);
    this.#socket.write(bytes === this.#chunk ? part : new Uint8Array(part));
  }
}

/**
 * Holds one conversation as one async function: awaits a chunk, awaits its answer, awaits that the peer took it.
 * Ends when the peer has finished and everything is sent, or when the connection broke. Never rejects.
 */
export async function converse(socket: Socket, answer: (chunk: Uint8Array) => void | Promise<void>): Promise<void> {
  try {
    // The iterator would destroy the socket at the peer's FIN, with replies still unsent.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      await answer(chunk as Uint8Array);
      if (socket.writableNeedDrain) await drained(socket);
    }
    socket.end();
  } catch {
    socket.destroy();
  }
}

/** Resolves when what was written has been sent, or never will be. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
