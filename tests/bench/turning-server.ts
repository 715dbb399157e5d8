import { NativeMemory } from '../../sockets/memory/memory.ts';
import { EPOLLIN, Epoll } from '../../sockets/polling/epoll.ts';
import { accept, close, localAddress, openServer, recv, send, setOption } from '../../sockets/socket.ts';

/**
 * What a server does with the bytes that it has received on the `connection`-th accepted connection, counted from 0.
 */
export type Reply = (server: TurningServer, fd: number, connection: number, length: number) => void;

/** A server that runs in the thread of its clients, one step per call of `turn`. */
export class TurningServer {
  readonly inbox = new NativeMemory(65_536);
  accepted = 0;
  /** Bytes to send a little at a time: one piece per turn. */
  readonly later: { readonly fd: number; readonly bytes: Uint8Array }[] = [];
  readonly #listener: number;
  readonly #epoll = new Epoll();
  readonly #reply: Reply;
  readonly #connections = new Map<number, number>();

  /**
   * @param backlog listen(2)'s backlog: the kernel completes one connection more than that before a turn accepts them.
   */
  constructor(reply: Reply, backlog = 4096) {
    this.#reply = reply;
    this.#listener = openServer('tcp', { host: '127.0.0.1', port: 0 }, { blocking: false, backlog });
    this.#epoll.add(this.#listener, EPOLLIN, this.#listener);
  }

  get address() {
    return localAddress(this.#listener);
  }

  /** Connections that were accepted and have not ended. */
  get open(): number {
    return this.#connections.size;
  }

  turn(): void {
    const piece = this.later.shift();
    if (piece !== undefined) {
      this.inbox.bytes.set(piece.bytes);
      send(piece.fd, this.inbox, 0, piece.bytes.length);
    }
    const ready = this.#epoll.wait(0);
    for (let i = 0; i < ready; i++) {
      const fd = this.#epoll.dataAt(i);
      if (fd === this.#listener) this.#accept();
      else this.#serve(fd);
    }
  }

  hangUp(fd: number): void {
    this.#connections.delete(fd);
    close(fd);
  }

  close(): void {
    for (const fd of this.#connections.keys()) close(fd);
    close(this.#listener);
    this.#epoll.close();
    this.inbox.free();
  }

  #accept(): void {
    for (let fd = accept(this.#listener, false); fd >= 0; fd = accept(this.#listener, false)) {
      setOption(fd, 'TCP_NODELAY', 1);
      this.#connections.set(fd, this.accepted++);
      this.#epoll.add(fd, EPOLLIN, fd);
    }
  }

  #serve(fd: number): void {
    const length = recv(fd, this.inbox, 0, this.inbox.size);
    if (length <= 0) this.hangUp(fd);
    else this.#reply(this, fd, this.#connections.get(fd) ?? -1, length);
  }
}

export const echo: Reply = ({ inbox }, fd, _, length) => void send(fd, inbox, 0, length);

/** Applies a fault to the first connection, once, after it has served correctly `after` times. */
export function onceFaulty(after: number, fault: Reply): Reply {
  let served = 0;
  return (server, fd, connection, length) => {
    if (connection === 0 && served++ === after) fault(server, fd, connection, length);
    else echo(server, fd, connection, length);
  };
}
