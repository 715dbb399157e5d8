import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { check } from '../../sockets/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { connect as connectDescriptor, socket as openSocket, setOption } from '../../sockets/socket.ts';
import { soon } from '../servers/until.ts';

/** What the kernel holds of a narrow connection at this end, in each direction: it doubles that for its own use (tcp(7)). */
export const NARROW_BUFFER = 2 ** 17;

/**
 * A TCP connection with small kernel buffers at this end, so that little is on its way when nobody reads. Where libc
 * can't be called its buffers are as ever.
 */
export function narrowConnection({ host, port }: SocketAddress): Socket {
  if (whyNoLibc() !== undefined) return connect({ host, port, allowHalfOpen: true, noDelay: true });
  // Before it is connected: the window that is offered then can not shrink.
  const fd = check(openSocket('tcp', host), 'socket');
  for (const option of ['SO_RCVBUF', 'SO_SNDBUF'] as const) check(setOption(fd, option, NARROW_BUFFER), option);
  // Over the loopback the kernel connects at once, whoever accepts.
  check(connectDescriptor(fd, { host, port }), 'connect');
  return new Socket({ fd, allowHalfOpen: true, readable: true, writable: true }).setNoDelay();
}

/** A TCP or TLS client that reads only when it is asked to, so that tests decide about backpressure. */
export class StreamClient implements AsyncDisposable {
  readonly socket: Socket;
  /** The TCP connection: of TLS, what lies underneath. */
  readonly #connection: Socket;

  private constructor(socket: Socket, connection: Socket) {
    this.socket = socket;
    this.#connection = connection;
    // Paused until something reads; a reset shows as an early end.
    socket.pause();
    socket.on('error', () => undefined);
  }

  static async connect({ host, port }: SocketAddress, transport: TransportName = 'tcp'): Promise<StreamClient> {
    const connection = connect({ host, port, allowHalfOpen: true, noDelay: true });
    await soon('a connection', once(connection, 'connect'));
    return StreamClient.#over(connection, transport);
  }

  /** Connects with {@link narrowConnection}. */
  static async connectNarrow(address: SocketAddress, transport: TransportName = 'tcp'): Promise<StreamClient> {
    return StreamClient.#over(narrowConnection(address), transport);
  }

  static async #over(connection: Socket, transport: TransportName): Promise<StreamClient> {
    if (transport !== 'tls') return new StreamClient(connection, connection);
    connection.on('error', () => undefined);
    const socket = connectTls({ socket: connection, rejectUnauthorized: false });
    await soon('a TLS handshake', once(socket, 'secureConnect'));
    return new StreamClient(socket, connection);
  }

  /** The port of this end. */
  get port(): number {
    return this.#connection.localPort ?? 0;
  }

  /** Queues bytes to be sent. */
  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Resolves when all that was written has left for the kernel, or never will. */
  drained(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }

  /** Sends FIN after all that was written; over TLS close_notify before that. */
  finish(): void {
    this.socket.end();
  }

  /** Reads until `length` bytes have come, or fewer when the server's FIN or a reset comes first. */
  async read(length: number): Promise<Buffer> {
    return soon(`${length} bytes of reply`, this.#read(length));
  }

  /** Reads all there is until the server's FIN. @throws when the connection ends in another way. */
  async readToEnd(): Promise<Buffer> {
    const bytes = await soon("the server's FIN", this.#read(Number.POSITIVE_INFINITY));
    if (!this.socket.readableEnded) throw new Error(`the connection broke after ${bytes.length} bytes`);
    return bytes;
  }

  /** Sends RST and forgets the connection. */
  async reset(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.#connection.resetAndDestroy();
    await soon('the connection to be reset', closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
  }

  #read(length: number): Promise<Buffer> {
    const { socket } = this;
    const chunks: Buffer[] = [];
    let missing = length;
    return new Promise((resolve) => {
      const done = () => {
        socket.pause().off('data', receive).off('end', done).off('close', done);
        resolve(Buffer.concat(chunks));
      };
      const receive = (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, missing));
        const excess = chunk.subarray(missing);
        missing -= chunk.length - excess.length;
        if (missing > 0) return;
        done();
        if (excess.length > 0) socket.unshift(excess);
      };
      if (missing === 0 || socket.readableEnded || socket.destroyed) return done();
      socket.on('end', done).on('close', done).on('data', receive).resume();
    });
  }
}
