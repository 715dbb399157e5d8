import type { SocketAddress } from '../sockets/address.ts';
import { EAGAIN, EBADF, EINTR, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../sockets/errno.ts';
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

/** Answers datagrams one by one with recvfrom(2) and sendto(2). Its buffers last as long as its thread. */
export class BlockingDatagrams {
  /** Who sent the datagram answered last. */
  readonly peer = new PeerAddress();
  readonly #app: App;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #reply: DatagramReply;
  #outbox: NativeMemory | undefined;
  #fd = -1;
  /** Bytes of the datagram received last. */
  #length = 0;

  constructor(app: App) {
    this.#app = app;
    this.#reply = { send: (bytes, start, end) => this.#send(bytes, start, end) };
  }

  /**
   * Receives one datagram, without answering it yet.
   * @param flags of recvfrom(2): 0 blocks until a datagram comes, MSG_DONTWAIT does not.
   * @returns 'silence' when none came in time, 'end' when the socket was shut down.
   */
  receive(fd: number, flags: number): 'datagram' | 'silence' | 'end' {
    this.#fd = fd;
    for (;;) {
      this.#length = recvfrom(fd, this.#inbox, 0, BUFFER_SIZE, flags, this.peer);
      if (this.#length === -EAGAIN) return 'silence';
      if (this.#length === -EBADF) return 'end';
      // An interruption, or an ICMP error of an earlier reply: no reason to stop serving the others.
      if (this.#length < 0) continue;
      // Nothing from nobody is what a socket gives that was shut down; an empty datagram has a sender.
      return this.peer.length === 0 ? 'end' : 'datagram';
    }
  }

  /** A copy of the datagram received last. */
  get datagram(): Uint8Array {
    return this.#inbox.bytes.slice(0, this.#length);
  }

  /** Answers the datagram received last. A reply that the kernel refuses is lost, as UDP allows. */
  answer(): void {
    this.#app.datagram(this.#inbox.bytes, 0, this.#length, this.#reply);
  }

  /** Answers a datagram that somebody else received for this socket. */
  answerFor(fd: number, datagram: Uint8Array, peer: SocketAddress): void {
    this.#fd = fd;
    this.#inbox.bytes.set(datagram);
    this.#length = datagram.length;
    this.peer.value = peer;
    this.answer();
  }

  #send(bytes: Uint8Array, start: number, end: number): void {
    if (bytes.buffer === this.#inbox.bytes.buffer) {
      sendto(this.#fd, this.#inbox, bytes.byteOffset + start, end - start, 0, this.peer);
      return;
    }
    this.#outbox ??= new NativeMemory(BUFFER_SIZE);
    this.#outbox.bytes.set(bytes.subarray(start, end));
    sendto(this.#fd, this.#outbox, 0, end - start, 0, this.peer);
  }
}

/** Answers datagrams until the socket is shut down, or none came within its receive timeout, if it has one. */
export function serveDatagrams(fd: number, datagrams: BlockingDatagrams): void {
  while (datagrams.receive(fd, 0) === 'datagram') datagrams.answer();
}
