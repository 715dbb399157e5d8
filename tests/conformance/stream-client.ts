import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { check } from '../../sockets/errors/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { connect as connectDescriptor, socket as openSocket, setOption } from '../../sockets/socket.ts';
import { soon } from '../servers/until.ts';
import { heldBytes, localUploadStands, uploadStands } from './standstill.ts';

/**
 * Kernel buffer of a narrow connection at this end, in each direction. The kernel doubles it for its own use (tcp(7)).
 */
export const NARROW_BUFFER = 2 ** 17;
/**
 * Window that a narrow connection offers, far below its buffer, because small segments take several times their bytes of
 * it. A kernel with a full buffer drops even acknowledgements, and both ends then wait for retransmissions (seen with
 * Linux 6.18): up to a minute, or for ever.
 */
const NARROW_WINDOW = 2 ** 15;

/**
 * Opens a connection with small kernel buffers at this end, so that few bytes are on the way when neither end reads.
 * Without libc its buffers have the default sizes.
 */
export function narrowConnection(address: SocketAddress): Socket {
  if (whyNoLibc() !== undefined) return connect({ ...address, allowHalfOpen: true, noDelay: true });
  // Before connecting: the window offered then can't shrink.
  const fd = check(openSocket('tcp', 'path' in address ? undefined : address.host), 'socket');
  for (const option of ['SO_RCVBUF', 'SO_SNDBUF'] as const) check(setOption(fd, option, NARROW_BUFFER), option);
  if (!('path' in address)) check(setOption(fd, 'TCP_WINDOW_CLAMP', NARROW_WINDOW), 'TCP_WINDOW_CLAMP');
  // Over the loopback, the kernel connects at once, before any accept.
  check(connectDescriptor(fd, address), 'connect');
  return new Socket({ fd, allowHalfOpen: true, readable: true, writable: true }).setNoDelay();
}

/** For all clients: Node reads the certificates of all authorities for each one that it makes. */
let tlsContext: SecureContext | undefined;

/** A client over TCP, TLS or a Unix-domain socket that reads only on request, so that tests control backpressure. */
export class StreamClient implements AsyncDisposable {
  readonly socket: Socket;
  /** The kernel's connection: for TLS, the one under it. */
  readonly #connection: Socket;
  /** Bytes that the kernel held at the last look of {@link uploadStands}, and how many looks before found the same. */
  #heldBytes = 0;
  #looksWithoutChange = 0;

  private constructor(socket: Socket, connection: Socket) {
    this.socket = socket;
    this.#connection = connection;
    // Paused until something reads; a reset shows as an early end.
    socket.pause();
    socket.on('error', () => undefined);
  }

  static async connect(address: SocketAddress, transport: TransportName = 'tcp'): Promise<StreamClient> {
    const connection = connect({ ...address, allowHalfOpen: true, noDelay: true });
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
    tlsContext ??= createSecureContext();
    const socket = connectTls({ socket: connection, secureContext: tlsContext, rejectUnauthorized: false });
    await soon('a TLS handshake', once(socket, 'secureConnect'));
    return new StreamClient(socket, connection);
  }

  /** The local port; 0 over a Unix-domain socket. */
  get port(): number {
    return this.#connection.localPort ?? 0;
  }

  /** Reports whether the server has stopped reading: see standstill.ts. @param serverPid the server's process. */
  uploadStands(serverPid: number): boolean {
    if (this.port === 0) return localUploadStands(this.#connection, serverPid);
    if (whyNoLibc() !== undefined) return uploadStands({ clientPort: this.port, serverPid });
    // Looks at the client's kernel save reading the tables of all connections, which takes 10 ms and more.
    const held = heldBytes(this.#connection);
    this.#looksWithoutChange = held === this.#heldBytes ? this.#looksWithoutChange + 1 : 0;
    this.#heldBytes = held;
    return held > 0 && this.#looksWithoutChange >= 2 && uploadStands({ clientPort: this.port, serverPid });
  }

  /** Queues bytes to be sent. */
  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Resolves when all written bytes have been passed to the kernel, or never will be. */
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

  /** Sends FIN after all written bytes; over TLS close_notify before that. */
  finish(): void {
    this.socket.end();
  }

  /** Reads until `length` bytes have come, or fewer when the server's FIN or a reset comes first. */
  async read(length: number): Promise<Buffer> {
    return soon(`${length} bytes of reply`, this.#read(length));
  }

  /** Reads all bytes until the server's FIN. @throws {Error} when the connection ends in another way. */
  async readToEnd(): Promise<Buffer> {
    const bytes = await soon("the server's FIN", this.#read(Number.POSITIVE_INFINITY));
    if (!this.socket.readableEnded) throw new Error(`the connection broke after ${bytes.length} bytes`);
    return bytes;
  }

  /**
   * Sends RST and drops the connection. A Unix-domain socket has no RST: the server gets ECONNRESET if the client has not
   * read everything, and EPIPE when it sends.
   */
  async reset(): Promise<void> {
    const closed = once(this.socket, 'close');
    if (this.port === 0) this.#connection.destroy();
    else this.#connection.resetAndDestroy();
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
