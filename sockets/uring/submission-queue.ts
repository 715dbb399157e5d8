import type { MappedMemory } from '../memory/mapped-memory.ts';
import { NativeMemory } from '../memory/memory.ts';
import { MSG_DONTWAIT, type PeerAddress } from '../socket.ts';
import type { DatagramLayout } from './datagram-layout.ts';
import type { MessageLayout } from './recvmsg-layout.ts';

// Operations, enum io_uring_op.
const IORING_OP_POLL_ADD = 6;
const IORING_OP_RECVMSG = 10;
const IORING_OP_TIMEOUT = 11;
const IORING_OP_ACCEPT = 13;
const IORING_OP_ASYNC_CANCEL = 14;
const IORING_OP_CONNECT = 16;
const IORING_OP_CLOSE = 19;
const IORING_OP_SEND = 26;
const IORING_OP_RECV = 27;
const IORING_OP_SHUTDOWN = 34;

/** The descriptor is a slot that {@link Uring.setFile} filled. */
export const IOSQE_FIXED_FILE = 1 << 0;
/** The next submission starts when this one has succeeded, and is cancelled if this one fails. */
export const IOSQE_IO_LINK = 1 << 2;
const IOSQE_BUFFER_SELECT = 1 << 5;
/** Only a failure produces a completion. */
export const IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

const IORING_RECV_MULTISHOT = 1 << 1;
const IORING_ACCEPT_MULTISHOT = 1 << 0;
const IORING_ASYNC_CANCEL_ALL = 1 << 0;
const IORING_POLL_ADD_MULTI = 1 << 0;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const MSG_WAITALL = 0x100;

// struct io_uring_sqe, 64 bytes: offsets in 32-bit words.
const SQE_BITS = 4;
const FD = 1;
const OFFSET = 2;
const ADDRESS = 4;
const LENGTH = 6;
const OPERATION_FLAGS = 7;
const DATA = 8;
const KIND = 9;
const GROUP = 10;
const NAME_LENGTH = 11;
const SQE_WORDS = 16;
const TIMESPEC = 16;
const TWO_32 = 2 ** 32;

/** Byte offsets of the queue's parts: struct io_sqring_offsets, io_uring_setup(2). */
export interface SubmissionOffsets {
  readonly tail: number;
  readonly array: number;
}

/** Location of a sockaddr in memory, for {@link SubmissionQueue.sendTo}. */
export interface DatagramPeer {
  readonly memory: NativeMemory;
  readonly offset: number;
  readonly length: number;
}

/**
 * The submission queue of an io_uring. Every method prepares one operation; none starts before {@link Uring.submit}.
 * Each operation carries two numbers that its completions return: `kind` and `data`, both from -2^31 to 2^31 - 1, whose
 * meaning the caller chooses. Memory that an operation uses must stay unchanged until it has completed. Methods that
 * take an offset and a length throw a RangeError, and prepare nothing, when these bytes are outside the memory.
 */
export class SubmissionQueue {
  /** Capacity of the queue. When it is full, preparing one more operation submits those before it. */
  readonly entries: number;
  readonly #ring: Int32Array;
  readonly #tailAt: number;
  readonly #sqes: Int32Array;
  readonly #makeRoom: () => void;
  readonly #timespecs: NativeMemory;
  #tail = 0;
  #pending = 0;
  /** Index of the first word of the operation prepared last. */
  #last = 0;

  /** @param makeRoom submits the prepared operations. */
  constructor(
    entries: number,
    offsets: SubmissionOffsets,
    ring: MappedMemory,
    sqes: MappedMemory,
    makeRoom: () => void,
  ) {
    this.entries = entries;
    this.#ring = ring.int32;
    this.#tailAt = offsets.tail >> 2;
    this.#sqes = sqes.int32;
    this.#makeRoom = makeRoom;
    this.#timespecs = new NativeMemory(entries * TIMESPEC);
    // The index array would allow entries in another order; this queue always uses them in sequence.
    for (let i = 0; i < entries; i++) this.#ring[(offsets.array >> 2) + i] = i;
  }

  /** Operations prepared and not submitted. */
  get pending(): number {
    return this.#pending;
  }

  /** Makes the prepared operations visible to the kernel. @returns their number. */
  publish(): number {
    Atomics.store(this.#ring, this.#tailAt, this.#tail);
    return this.#pending;
  }

  /** Records that the kernel has taken `count` operations. */
  taken(count: number): void {
    this.#pending -= count;
  }

  /**
   * Accepts connections repeatedly: accept4(2). One completion each; the last has no {@link CompletionQueue.hasMore}.
   */
  acceptMultishot(fd: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_ACCEPT, fd, kind, data);
    this.#setPriority(at, IORING_ACCEPT_MULTISHOT);
    this.#sqes[at + OPERATION_FLAGS] = SOCK_CLOEXEC;
  }

  /** Receives once into memory: recv(2). */
  recv(fd: number, memory: NativeMemory, offset: number, length: number, kind: number, data: number): void {
    const address = memory.addressOf(offset, length, 'io_uring recv');
    const at = this.#prepare(IORING_OP_RECV, fd, kind, data);
    this.#setAddress(at, address);
    this.#sqes[at + LENGTH] = length;
  }

  /**
   * Receives repeatedly, each time into a buffer of a {@link BufferRing}: recv(2). It ends at the end of the stream,
   * with an error, or with -ENOBUFS when the group has no buffer left; {@link CompletionQueue.hasMore} reports that.
   */
  recvMultishot(fd: number, group: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_RECV, fd, kind, data);
    this.#setPriority(at, IORING_RECV_MULTISHOT);
    this.flag(IOSQE_BUFFER_SELECT);
    this.#sqes[at + GROUP] = group;
  }

  /** Receives repeatedly with recvmsg(2). A buffer gets a header, ancillary data or the sender, and the payload. */
  recvmsgMultishot(
    fd: number,
    layout: MessageLayout | DatagramLayout,
    group: number,
    kind: number,
    data: number,
  ): void {
    const at = this.#prepare(IORING_OP_RECVMSG, fd, kind, data);
    this.#setPriority(at, IORING_RECV_MULTISHOT);
    this.flag(IOSQE_BUFFER_SELECT);
    this.#setAddress(at, layout.address);
    this.#sqes[at + GROUP] = group;
  }

  /** Sends all bytes, without SIGPIPE: send(2). It completes when all are taken, however long that takes, or fails. */
  send(fd: number, memory: NativeMemory, offset: number, length: number, kind: number, data: number): void {
    const address = memory.addressOf(offset, length, 'io_uring send');
    const at = this.#prepare(IORING_OP_SEND, fd, kind, data);
    this.#setAddress(at, address);
    this.#sqes[at + LENGTH] = length;
    this.#sqes[at + OPERATION_FLAGS] = MSG_NOSIGNAL | MSG_WAITALL;
  }

  /**
   * Sends what the kernel takes at once: send(2). It completes only when that was not everything, with the number of
   * bytes taken, or -EAGAIN for none. This completion precedes those of all operations that were pending at submission:
   * they complete later in the same call, when this thread asks for completions.
   */
  sendNow(fd: number, memory: NativeMemory, offset: number, length: number, kind: number, data: number): void {
    const address = memory.addressOf(offset, length, 'io_uring send');
    const at = this.#prepare(IORING_OP_SEND, fd, kind, data);
    this.#setAddress(at, address);
    this.#sqes[at + LENGTH] = length;
    // MSG_WAITALL makes a partial send a failure, so that it produces a completion.
    this.#sqes[at + OPERATION_FLAGS] = MSG_NOSIGNAL | MSG_WAITALL | MSG_DONTWAIT;
    this.flag(IOSQE_CQE_SKIP_SUCCESS);
  }

  /**
   * Sends a datagram without waiting: sendto(2). It completes only when the kernel refuses it. The operation also uses
   * the peer's memory.
   */
  sendTo(fd: number, memory: NativeMemory, offset: number, length: number, peer: DatagramPeer, kind: number): void {
    const address = memory.addressOf(offset, length, 'io_uring sendto');
    const peerAddress = peer.memory.addressOf(peer.offset, peer.length, 'io_uring sendto');
    const at = this.#prepare(IORING_OP_SEND, fd, kind, 0);
    this.#setAddress(at, address);
    this.#sqes[at + LENGTH] = length;
    this.#sqes[at + OFFSET] = peerAddress | 0;
    this.#sqes[at + OFFSET + 1] = Math.floor(peerAddress / TWO_32);
    this.#sqes[at + NAME_LENGTH] = peer.length;
    this.#sqes[at + OPERATION_FLAGS] = MSG_NOSIGNAL | MSG_DONTWAIT;
    this.flag(IOSQE_CQE_SKIP_SUCCESS);
  }

  /** Connects a socket: connect(2). */
  connect(fd: number, peer: PeerAddress, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_CONNECT, fd, kind, data);
    this.#setAddress(at, peer.memory.addressOf(0, peer.length, 'io_uring connect'));
    this.#sqes[at + OFFSET] = peer.length;
  }

  /**
   * Shuts down a connection, with `SHUT_WR` or `SHUT_RDWR`: shutdown(2). A kernel thread does it a little later, so
   * link any operation that must follow it.
   */
  shutdown(fd: number, how: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_SHUTDOWN, fd, kind, data);
    this.#sqes[at + LENGTH] = how;
  }

  /** Closes a descriptor: close(2). Pending operations keep the socket open: {@link cancel} or {@link shutdown} it. */
  close(fd: number, kind: number, data: number): void {
    this.#prepare(IORING_OP_CLOSE, fd, kind, data);
  }

  /** Polls a descriptor once: poll(2). The result is the set of ready events. */
  poll(fd: number, events: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_POLL_ADD, fd, kind, data);
    this.#sqes[at + OPERATION_FLAGS] = events;
  }

  /** Polls repeatedly: one completion each time that an event occurs. */
  pollMultishot(fd: number, events: number, kind: number, data: number): void {
    this.poll(fd, events, kind, data);
    this.#sqes[this.#last + LENGTH] = IORING_POLL_ADD_MULTI;
  }

  /** Completes with -ETIME after `nanos` nanoseconds on the monotonic clock. */
  timeout(nanos: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_TIMEOUT, -1, kind, data);
    // Each entry of the queue has its own timespec, which the kernel copies when it takes the entry.
    const timespec = (at >> SQE_BITS) * TIMESPEC;
    writeTimespec(this.#timespecs, timespec, nanos);
    this.#setAddress(at, this.#timespecs.address + timespec);
    this.#sqes[at + LENGTH] = 1;
  }

  /** Ends all operations of the given kind and data with -ECANCELED. The result is their number. */
  cancel(targetKind: number, targetData: number, kind: number, data: number): void {
    const at = this.#prepare(IORING_OP_ASYNC_CANCEL, -1, kind, data);
    this.#sqes[at + ADDRESS] = targetData;
    this.#sqes[at + ADDRESS + 1] = targetKind;
    this.#sqes[at + OPERATION_FLAGS] = IORING_ASYNC_CANCEL_ALL;
  }

  /** Adds IOSQE flags to the operation prepared last. */
  flag(flags: number): void {
    this.#sqes[this.#last] = (this.#sqes[this.#last] as number) | (flags << 8);
  }

  free(): void {
    this.#timespecs.free();
  }

  /** Prepares an entry with the fields that all operations have. @returns the index of its first word. */
  #prepare(operation: number, fd: number, kind: number, data: number): number {
    if (this.#pending === this.entries) this.#makeRoom();
    const sqes = this.#sqes;
    const at = (this.#tail & (this.entries - 1)) << SQE_BITS;
    for (let word = FD + 1; word < SQE_WORDS; word++) sqes[at + word] = 0;
    sqes[at] = operation;
    sqes[at + FD] = fd;
    sqes[at + DATA] = data;
    sqes[at + KIND] = kind;
    this.#tail = (this.#tail + 1) | 0;
    this.#pending++;
    this.#last = at;
    return at;
  }

  #setPriority(at: number, flags: number): void {
    this.#sqes[at] = (this.#sqes[at] as number) | (flags << 16);
  }

  #setAddress(at: number, address: number): void {
    this.#sqes[at + ADDRESS] = address | 0;
    this.#sqes[at + ADDRESS + 1] = Math.floor(address / TWO_32);
  }
}

/** Writes a struct timespec with two 64-bit fields, the kernel's format on every architecture. */
export function writeTimespec(memory: NativeMemory, offset: number, nanos: number): void {
  const seconds = Math.floor(nanos / 1e9);
  memory.setUint64(offset, seconds);
  memory.setUint64(offset + 8, nanos - seconds * 1e9);
}
