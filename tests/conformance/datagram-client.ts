import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { asInternet, type SocketAddress } from '../../sockets/address.ts';
import { soon } from '../servers/until.ts';

/** A UDP peer with its own port. Keeps everything it receives. */
export class DatagramClient implements AsyncDisposable {
  /** All datagrams received so far, in order. */
  readonly received: Buffer[] = [];
  readonly #socket: Socket;
  /** Called at each datagram. */
  #notify: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram) => {
      this.received.push(datagram);
      this.#notify();
    });
    // After the server has ended, ICMP errors come. They must not end the test process.
    socket.on('error', () => undefined);
  }

  static async connect(address: SocketAddress): Promise<DatagramClient> {
    const { host, port } = asInternet(address);
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const connected = once(socket, 'connect');
    socket.connect(port, host);
    await soon('a connected socket', connected);
    return new DatagramClient(socket);
  }

  send(datagram: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(datagram, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Sends one datagram. @returns the next one received. */
  async exchange(datagram: Uint8Array): Promise<Buffer> {
    const before = this.received.length;
    await this.send(datagram);
    await this.count(before + 1);
    return this.received[before] ?? Buffer.alloc(0);
  }

  /** Waits until `datagrams` datagrams have been received in all. */
  count(datagrams: number): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#notify = () => {
        if (this.received.length >= datagrams) resolve();
      };
      this.#notify();
    });
    return soon(`${datagrams} datagrams`, enough);
  }

  close(): void {
    this.#socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
