import type { SocketAddress } from '../../sockets/address.ts';
import { EAGAIN } from '../../sockets/errors/errno.ts';
import { checkDatagramSent, datagramRetry } from '../../sockets/errors/retry.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { PeerAddress, recvfrom, sendto } from '../../sockets/socket.ts';
import type { DatagramApp, DatagramReply } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import { pause } from '../timing/block-for.ts';

/** Holds the largest UDP datagram (65,507 bytes, udp(7)). */
const BUFFER_SIZE = 65_536;

/** First datagram of a conversation, and its sender. Plain data: it crosses to threads and child processes. */
export interface FirstDatagram {
  readonly peer: SocketAddress;
  readonly base64: string;
}

/**
 * Answers datagrams one by one with recvfrom(2) and sendto(2). Call {@link free}: the buffers would outlast the thread.
 */
export class BlockingDatagrams {
  /** Sender of the datagram received last. */
  readonly peer = new PeerAddress();
  readonly #app: DatagramApp;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #reply: DatagramReply;
  #outbox: NativeMemory | undefined;
  #fd = -1;
  /** Length of the datagram received last, in bytes. */
  #length = 0;

  constructor(app: DatagramApp) {
    this.#app = app;
    this.#reply = { send: (bytes, start, end) => this.#send(bytes, start, end), wait: pause };
  }

  /**
   * Receives one datagram, and does not answer it yet.
   * @param flags of recvfrom(2): 0 blocks until a datagram comes, MSG_DONTWAIT does not.
   * @returns 'silence' when none came in time, 'end' when the socket was shut down.
   * @throws {SystemError} when none can come any more, for example when the descriptor is not a socket.
   */
  receive(fd: number, flags: number): 'datagram' | 'silence' | 'end' {
    this.#fd = fd;
    for (;;) {
      this.#length = recvfrom(fd, this.#inbox, 0, BUFFER_SIZE, flags, this.peer);
      if (this.#length === -EAGAIN) return 'silence';
      if (this.#length < 0) {
        // An interruption, or an ICMP error of an earlier reply, does not stop the service for other peers.
        if (datagramRetry(this.#length, 'recvfrom') === 'later') pause(SHORTAGE_NANOS);
        continue;
      }
      // After shutdown(2), recvfrom(2) returns 0 bytes and no sender. An empty datagram has a sender.
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

  /** Answers a datagram that another thread or process received for this socket. */
  answerFor(fd: number, { peer, base64 }: FirstDatagram): void {
    const datagram = Buffer.from(base64, 'base64');
    this.#fd = fd;
    this.#inbox.bytes.set(datagram);
    this.#length = datagram.length;
    this.peer.value = peer;
    this.answer();
  }

  free(): void {
    for (const memory of [this.peer.memory, this.#inbox, this.#outbox]) memory?.free();
  }

  #send(bytes: Uint8Array, start: number, end: number): void {
    if (bytes === this.#inbox.bytes) {
      checkDatagramSent(sendto(this.#fd, this.#inbox, start, end - start, 0, this.peer), 'sendto');
      return;
    }
    this.#outbox ??= new NativeMemory(BUFFER_SIZE);
    this.#outbox.bytes.set(bytes.subarray(start, end));
    checkDatagramSent(sendto(this.#fd, this.#outbox, 0, end - start, 0, this.peer), 'sendto');
  }
}

/**
 * Answers datagrams until the socket is shut down, or until its receive timeout, if set, passes without a datagram.
 * @param first a datagram that another thread or process received for this socket. It is answered before all others.
 */
export function serveDatagrams(fd: number, app: DatagramApp, first?: FirstDatagram): void {
  const datagrams = new BlockingDatagrams(app);
  try {
    if (first !== undefined) datagrams.answerFor(fd, first);
    while (datagrams.receive(fd, 0) === 'datagram') datagrams.answer();
  } finally {
    datagrams.free();
  }
}
