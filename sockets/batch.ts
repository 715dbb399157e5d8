import { readSockaddr, SOCKADDR_SIZE, type SocketAddress } from './address.ts';
import { libc, outcome } from './libc.ts';
import { checkIndex, NativeMemory } from './memory/memory.ts';
import { Parts } from './memory/parts.ts';
import type { PeerAddress } from './socket.ts';
import { CONTROL_LENGTH, CONTROL_SIZE, stampNanos, stampSeconds } from './timestamps.ts';

// struct mmsghdr on 64-bit Linux, recvmmsg(2): a struct msghdr of 56 bytes, msg_len at 56, padded to 64.
const HEADER = 64;
const NAME = 0;
const NAME_LENGTH = 8;
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL = 32;
const MESSAGE_LENGTH = 56;
const IOVEC = 16;
const PEER = 32;

export interface BatchOptions {
  /** Keep the sender's address of each datagram; required on unconnected sockets. Default false. */
  readonly withPeers?: boolean;
  /** Keep the kernel's receive time of each datagram; the socket must have SO_TIMESTAMPNS set. Default false. */
  readonly withTimestamps?: boolean;
}

/**
 * Receives and sends many datagrams in one call, recvmmsg(2) and sendmmsg(2). Each datagram has a slot of fixed size.
 */
export class DatagramBatch {
  readonly capacity: number;
  /** Size of a slot in bytes. The kernel truncates longer datagrams. */
  readonly slotSize: number;
  /** All slots, contiguous: slot i starts at `i * slotSize`. */
  readonly data: NativeMemory;
  readonly #headers: NativeMemory;
  readonly #iovecs: NativeMemory;
  readonly #peers: NativeMemory | undefined;
  readonly #controls: NativeMemory | undefined;

  constructor(capacity: number, slotSize: number, { withPeers = false, withTimestamps = false }: BatchOptions = {}) {
    this.capacity = capacity;
    this.slotSize = (slotSize + 7) & ~7;
    const parts = new Parts();
    try {
      this.data = parts.own(new NativeMemory(capacity * this.slotSize));
      this.#headers = parts.own(new NativeMemory(capacity * HEADER));
      this.#iovecs = parts.own(new NativeMemory(capacity * IOVEC));
      this.#peers = withPeers ? parts.own(new NativeMemory(capacity * PEER)) : undefined;
      this.#controls = withTimestamps ? parts.own(new NativeMemory(capacity * CONTROL_SIZE)) : undefined;
    } catch (error) {
      parts.free();
      throw error;
    }
    for (let i = 0; i < capacity; i++) this.#initialize(i);
  }

  /**
   * Receives datagrams into slots 0 and up: recvmmsg(2).
   * @returns the number of datagrams received, or a negated errno.
   * @throws {RangeError} when there are fewer than `count` slots.
   */
  receive(fd: number, flags: number, count = this.capacity): number {
    const headers = this.#headers.addressOf(0, count * HEADER, 'recvmmsg');
    for (let i = 0; i < count; i++) {
      this.#iovecs.uint32[(i * IOVEC + 8) >> 2] = this.slotSize;
      if (this.#peers !== undefined) this.#headers.uint32[(i * HEADER + NAME_LENGTH) >> 2] = SOCKADDR_SIZE;
      if (this.#controls !== undefined) this.#headers.uint32[(i * HEADER + CONTROL_LENGTH) >> 2] = CONTROL_SIZE;
    }
    const received = libc().recvmmsg(fd, headers, count, flags, 0);
    return outcome(received);
  }

  /**
   * Sends slots `first` to `first + count - 1` with sendmmsg(2). {@link setLength} sets the length of each.
   * @returns the number of datagrams that the kernel took, which may be fewer; a negated errno when it took none.
   * @throws {RangeError} when these slots do not exist.
   */
  send(fd: number, flags: number, first: number, count: number): number {
    const headers = this.#headers.addressOf(first * HEADER, count * HEADER, 'sendmmsg');
    const sent = libc().sendmmsg(fd, headers, count, flags);
    return outcome(sent);
  }

  /**
   * Sends bytes of other memory to the sender of the datagram in slot i: sendto(2).
   * @returns bytes sent, or a negated errno.
   * @throws {RangeError} when the bytes are outside the memory.
   */
  sendTo(i: number, fd: number, flags: number, memory: NativeMemory, offset: number, length: number): number {
    if (this.#peers === undefined) throw new TypeError('this batch was made without peers');
    const from = memory.addressOf(offset, length, 'sendto');
    const to = this.#peers.addressOf(i * PEER, PEER, 'sendto');
    const nameLength = this.#headers.uint32[(i * HEADER + NAME_LENGTH) >> 2] as number;
    return outcome(libc().sendto(fd, from, length, flags, to, nameLength));
  }

  /** Returns the length of the datagram that the last {@link receive} put into slot i. */
  receivedLength(i: number): number {
    return this.#headers.uint32[(i * HEADER + MESSAGE_LENGTH) >> 2] as number;
  }

  /** Returns when the kernel received the datagram in slot i, in whole seconds since 1970; 0 without a timestamp. */
  stampSeconds(i: number): number {
    if (this.#controls === undefined) return 0;
    const length = this.#headers.uint32[(i * HEADER + CONTROL_LENGTH) >> 2] as number;
    return stampSeconds(this.#controls, i * CONTROL_SIZE, length);
  }

  /** Returns the nanoseconds within that second. */
  stampNanos(i: number): number {
    return this.#controls === undefined ? 0 : stampNanos(this.#controls, i * CONTROL_SIZE);
  }

  /**
   * Sets how many bytes of slot i to send.
   * @throws {RangeError} for a slot that does not exist, or for more bytes than it holds.
   */
  setLength(i: number, bytes: number): void {
    checkIndex(i, this.capacity, 'slot of a batch');
    if (!(bytes >= 0 && bytes <= this.slotSize)) {
      throw new RangeError(`setLength: a slot holds ${this.slotSize} bytes, not ${bytes}`);
    }
    this.#iovecs.uint32[(i * IOVEC + 8) >> 2] = bytes;
  }

  /** Returns the sender of the datagram in slot i. Allocates: for set-up and tests, not for hot loops. */
  peerAt(i: number): SocketAddress {
    if (this.#peers === undefined) throw new TypeError('this batch was made without peers');
    return readSockaddr(this.#peers, i * PEER);
  }

  /** Copies the address of the sender of the datagram in slot i. */
  copyPeer(i: number, into: PeerAddress): void {
    if (this.#peers === undefined) throw new TypeError('this batch was made without peers');
    checkIndex(i, this.capacity, 'slot of a batch');
    into.memory.bytes.set(this.#peers.bytes.subarray(i * PEER, i * PEER + SOCKADDR_SIZE));
    into.length = this.#headers.uint32[(i * HEADER + NAME_LENGTH) >> 2] as number;
  }

  free(): void {
    for (const memory of [this.data, this.#headers, this.#iovecs, this.#peers, this.#controls]) memory?.free();
  }

  #initialize(i: number): void {
    this.#iovecs.setUint64(i * IOVEC, this.data.address + i * this.slotSize);
    this.#iovecs.setUint64(i * IOVEC + 8, this.slotSize);
    this.#headers.setUint64(i * HEADER + IOV, this.#iovecs.address + i * IOVEC);
    this.#headers.setUint64(i * HEADER + IOV_COUNT, 1);
    if (this.#controls !== undefined) {
      this.#headers.setUint64(i * HEADER + CONTROL, this.#controls.address + i * CONTROL_SIZE);
      this.#headers.setUint64(i * HEADER + CONTROL_LENGTH, CONTROL_SIZE);
    }
    if (this.#peers === undefined) return;
    this.#headers.setUint64(i * HEADER + NAME, this.#peers.address + i * PEER);
    this.#headers.uint32[(i * HEADER + NAME_LENGTH) >> 2] = SOCKADDR_SIZE;
  }
}
