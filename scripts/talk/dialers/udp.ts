import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { Duplex } from 'node:stream';
import { asInternet } from '../../../sockets/address.ts';
import type { Dialer } from './dialer.ts';

/**
 * Dials over UDP with a connected socket. It receives datagrams of its peer only, and reports ECONNREFUSED when no
 * socket is bound there (udp(7)).
 */
export const udp: Dialer = {
  messages: true,
  closes: false,
  timeoutMs: 1000,
  async dial({ address }, signal) {
    const { host, port } = asInternet(address);
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    try {
      socket.connect(port, host);
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.close();
      throw error;
    }
    return new DatagramStream(socket);
  },
};

/** Sends each written chunk as a datagram. Drops datagrams that arrive while the stream is not read. */
class DatagramStream extends Duplex {
  readonly #socket: Socket;
  #wanted = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('message', (datagram) => {
      if (this.#wanted) this.#wanted = this.push(datagram);
    });
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#wanted = true;
  }

  override _write(datagram: Uint8Array, _encoding: BufferEncoding, done: (error: Error | null) => void): void {
    this.#socket.send(datagram, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.close(() => done(error));
  }
}
