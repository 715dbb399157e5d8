import { EBADF, EINTR, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../sockets/errno.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { accept, PeerAddress, recv, recvfrom, send, sendto } from '../sockets/socket.ts';
import type { App, DatagramReply, StreamReply } from './apps/app.ts';

/** Bytes one recv may take; also holds the largest UDP datagram (65,507 bytes, udp(7)). */
const BUFFER_SIZE = 65_536;

const exhausted = new Set([-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM]);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Blocks in accept(2) until a connection comes. A connection that was reset in the backlog is passed over; when
 * descriptors or memory have run out, it tries again a little later: another connection may end.
 * @returns the connection's descriptor, or -1 when the listener was shut down.
 */
export function nextConnection(listener: number): number {
  for (;;) {
    const connection = accept(listener);
    if (connection >= 0) return connection;
    if (connection === -EINVAL || connection === -EBADF) return -1;
    if (exhausted.has(connection)) Atomics.wait(sleeper, 0, 0, 10);
  }
}

/** Sends with blocking send(2): a slow reader blocks the caller, which is this family's backpressure. */
class BlockingStreamReply implements StreamReply {
  failed = false;
  readonly #fd: number;
  readonly #inbox: NativeMemory;
  #outbox: NativeMemory | undefined;

  constructor(fd: number, inbox: NativeMemory) {
    this.#fd = fd;
    this.#inbox = inbox;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    // An echo answers out of the buffer it was given: no copy.
    if (bytes.buffer === this.#inbox.bytes.buffer) {
      this.#sendAll(this.#inbox, bytes.byteOffset + start, bytes.byteOffset + end);
      return;
    }
    this.#outbox ??= new NativeMemory(BUFFER_SIZE);
    for (let from = start; from < end; from += BUFFER_SIZE) {
      const part = bytes.subarray(from, Math.min(end, from + BUFFER_SIZE));
      this.#outbox.bytes.set(part);
      this.#sendAll(this.#outbox, 0, part.length);
    }
  }

  free(): void {
    this.#outbox?.free();
  }

  #sendAll(memory: NativeMemory, start: number, end: number): void {
    let from = start;
    while (from < end && !this.failed) {
      const sent = send(this.#fd, memory, from, end - from);
      if (sent >= 0) from += sent;
      else if (sent !== -EINTR) this.failed = true;
    }
  }
}

/**
 * Holds one whole conversation on a blocking socket: returns when the peer has finished and everything is answered,
 * or when the connection broke. Does not close the socket.
 */
export function serveStream(fd: number, app: App): void {
  const inbox = new NativeMemory(BUFFER_SIZE);
  const reply = new BlockingStreamReply(fd, inbox);
  const session = app.stream();
  while (!reply.failed) {
    const received = recv(fd, inbox, 0, BUFFER_SIZE);
    if (received > 0) session.receive(inbox.bytes, 0, received, reply);
    else if (received !== -EINTR) break;
  }
  reply.free();
  inbox.free();
}

/** Sends with sendto(2) to whoever sent last. */
class BlockingDatagramReply implements DatagramReply {
  readonly peer = new PeerAddress();
  readonly inbox = new NativeMemory(BUFFER_SIZE);
  readonly #fd: number;
  #outbox: NativeMemory | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (bytes.buffer === this.inbox.bytes.buffer) {
      sendto(this.#fd, this.inbox, bytes.byteOffset + start, end - start, 0, this.peer);
      return;
    }
    this.#outbox ??= new NativeMemory(BUFFER_SIZE);
    this.#outbox.bytes.set(bytes.subarray(start, end));
    sendto(this.#fd, this.#outbox, 0, end - start, 0, this.peer);
  }
}

/**
 * Answers datagrams with blocking recvfrom(2) and sendto(2) until `stopping()` is true after a wake-up:
 * set it, then shut the socket down. A reply that the kernel refuses is lost, as UDP allows.
 */
export function serveDatagrams(fd: number, app: App, stopping: () => boolean): void {
  const reply = new BlockingDatagramReply(fd);
  while (!stopping()) {
    const received = recvfrom(fd, reply.inbox, 0, BUFFER_SIZE, 0, reply.peer);
    // An ICMP error of an earlier reply (ECONNREFUSED) is no reason to stop serving the others.
    if (received >= 0 && reply.peer.length > 0) app.datagram(reply.inbox.bytes, 0, received, reply);
  }
}
