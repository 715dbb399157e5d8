import { onTestFinished } from 'vitest';
import { asInternet, type SocketAddress } from '../../sockets/address.ts';
import { check, EAGAIN, EINPROGRESS } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, connect, recv, send, setOption, socket } from '../../sockets/socket.ts';

const CHUNK = 65_536;
/** In bytes, which the kernel doubles, socket(7). Small, so that a server's replies soon find no room. */
const RECEIVE_BUFFER = 2048;
/** Buffer for unsent bytes, in bytes: small, so that few bytes are on the way. */
const SEND_BUFFER = 32_768;
/** Once a client reads again, it has room for everything that waits for it. */
const OPEN_BUFFER = 4 << 20;

/** A client that sends, and reads only on request. Closed when the test has finished. */
export class SlowClient {
  /** Number of bytes sent, and of bytes read. */
  sent = 0;
  read = 0;
  readonly #fd: number;
  readonly #bytes = new NativeMemory(CHUNK);

  constructor(address: SocketAddress) {
    this.#fd = check(socket('tcp', asInternet(address).host, false), 'socket');
    onTestFinished(() => {
      close(this.#fd);
      this.#bytes.free();
    });
    setOption(this.#fd, 'SO_RCVBUF', RECEIVE_BUFFER);
    setOption(this.#fd, 'SO_SNDBUF', SEND_BUFFER);
    const status = connect(this.#fd, address);
    if (status !== -EINPROGRESS) check(status, 'connect');
  }

  /** Sends as much as the kernel takes now, up to `total` in all. */
  stuff(total: number): void {
    while (this.sent < total) {
      const sent = send(this.#fd, this.#bytes, 0, Math.min(CHUNK, total - this.sent));
      if (sent === -EAGAIN) return;
      this.sent += check(sent, 'send');
    }
  }

  /** Enlarges the receive buffer: the client is slow no longer. */
  open(): void {
    setOption(this.#fd, 'SO_RCVBUF', OPEN_BUFFER);
  }

  /** Reads as much as there is now. */
  drain(): void {
    for (;;) {
      const length = recv(this.#fd, this.#bytes, 0, CHUNK);
      if (length === -EAGAIN) return;
      if (check(length, 'recv') === 0) throw new Error('the server has ended the conversation');
      this.read += length;
    }
  }
}
