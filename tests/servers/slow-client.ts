import { onTestFinished } from 'vitest';
import type { SocketAddress } from '../../sockets/address.ts';
import { check, EAGAIN, EINPROGRESS } from '../../sockets/errno.ts';
import { NativeMemory } from '../../sockets/memory.ts';
import { close, connect, recv, send, setOption, socket } from '../../sockets/socket.ts';

const CHUNK = 65_536;
/** So small that a server's replies soon find no room: bytes, which the kernel doubles, socket(7). */
const RECEIVE_BUFFER = 2048;
/** Room for what a client has not sent: little, so that few bytes are under way. */
const SEND_BUFFER = 32_768;
/** A client that reads again has room for all that waits for it. */
const OPEN_BUFFER = 4 << 20;

/** A client that sends, and reads only when it is told to. Closed when the test has finished. */
export class SlowClient {
  /** Bytes that were sent, and were read again. */
  sent = 0;
  read = 0;
  readonly #fd: number;
  readonly #bytes = new NativeMemory(CHUNK);

  constructor(address: SocketAddress) {
    this.#fd = check(socket('tcp', address.host, false), 'socket');
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

  /** Is slow no longer. */
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
