import { EAGAIN, EINTR } from '../sockets/errno.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { close, recv, send } from '../sockets/socket.ts';
import type { App, StreamReply, StreamSession } from './apps/app.ts';

/** Bytes one recv may take. */
const BUFFER_SIZE = 65_536;

/** What a loop shall do with a connection after having worked on it: wait until it can receive or send, or drop it. */
export type Wish = 'receive' | 'send' | 'close';

/** Memory through which all connections of one loop receive and send, one after the other. */
export class StreamBuffers {
  readonly inbox = new NativeMemory(BUFFER_SIZE);
  readonly outbox = new NativeMemory(BUFFER_SIZE);
}

/**
 * A conversation on a non-blocking socket, for loops over readiness. What the kernel doesn't take at once is kept, and
 * nothing more is received until it is gone: a client that stops reading costs one chunk's replies, no more.
 */
export class NonblockingConnection implements StreamReply {
  readonly fd: number;
  readonly #buffers: StreamBuffers;
  readonly #session: StreamSession;
  #failed = false;
  #backlog: NativeMemory | undefined;
  #backlogStart = 0;
  #backlogEnd = 0;

  constructor(fd: number, app: App, buffers: StreamBuffers) {
    this.fd = fd;
    this.#buffers = buffers;
    this.#session = app.stream();
  }

  /**
   * Goes on with the conversation. To be called when the socket is ready for the last wish, at first 'receive', or has
   * an error to tell.
   */
  serve(): Wish {
    if (this.#backlog === undefined || this.#backlogStart === this.#backlogEnd) return this.#receive();
    this.#backlogStart += this.#sendSome(this.#backlog, this.#backlogStart, this.#backlogEnd);
    return this.#wish();
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#failed || start === end) return;
    if (this.#backlogStart < this.#backlogEnd) {
      this.#keep(bytes, start, end);
      return;
    }
    const { inbox, outbox } = this.#buffers;
    let from = start;
    // An echo answers out of the inbox: no copy.
    if (bytes.buffer === inbox.bytes.buffer) {
      from += this.#sendSome(inbox, bytes.byteOffset + start, bytes.byteOffset + end);
    } else {
      const part = bytes.subarray(start, Math.min(end, start + BUFFER_SIZE));
      outbox.bytes.set(part);
      from += this.#sendSome(outbox, 0, part.length);
    }
    if (from < end && !this.#failed) this.#keep(bytes, from, end);
  }

  /** Closes the socket and gives back the memory. */
  close(): void {
    close(this.fd);
    this.#backlog?.free();
  }

  #receive(): Wish {
    const { inbox } = this.#buffers;
    const received = recv(this.fd, inbox, 0, BUFFER_SIZE);
    if (received > 0) {
      this.#session.receive(inbox.bytes, 0, received, this);
      return this.#wish();
    }
    // The peer's FIN comes after all its data, and that has been answered: else nothing would be received.
    return received === -EAGAIN || received === -EINTR ? 'receive' : 'close';
  }

  #wish(): Wish {
    if (this.#failed) return 'close';
    return this.#backlogStart < this.#backlogEnd ? 'send' : 'receive';
  }

  /** @returns bytes that the kernel took. */
  #sendSome(memory: NativeMemory, start: number, end: number): number {
    const sent = send(this.fd, memory, start, end - start);
    if (sent >= 0) return sent;
    if (sent !== -EAGAIN && sent !== -EINTR) this.#failed = true;
    return 0;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.#backlogEnd - this.#backlogStart;
    const needed = kept + end - start;
    const old = this.#backlog;
    if (old === undefined || old.size < needed) {
      this.#backlog = new NativeMemory(Math.max(needed, BUFFER_SIZE, 2 * kept));
      if (old !== undefined) this.#backlog.bytes.set(old.bytes.subarray(this.#backlogStart, this.#backlogEnd));
      old?.free();
    } else {
      old.bytes.copyWithin(0, this.#backlogStart, this.#backlogEnd);
    }
    this.#backlog?.bytes.set(bytes.subarray(start, end), kept);
    this.#backlogStart = 0;
    this.#backlogEnd = needed;
  }
}
