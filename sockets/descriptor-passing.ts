import { check, ECONNRESET, EINTR, ENOBUFS } from './errors/errno.ts';
import { libc, outcome } from './libc.ts';
import { NativeMemory } from './memory/memory.ts';
import { close, MSG_DONTWAIT, recv, SHUT_RDWR, shutdown } from './socket.ts';

/** Passes open descriptors to another process, with bytes, over a Unix-domain socket: SCM_RIGHTS, unix(7). */

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Most descriptors that one message may carry. */
const MAX_DESCRIPTORS = 4;

// One block of memory holds a struct msghdr of 64-bit Linux (recvmsg(2)), a struct iovec, a control message (cmsg(3))
// with a header and the descriptors, and the bytes. The bytes begin with their length in 32 bits.
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSG_CONTROL = 32;
const MSG_CONTROLLEN = 40;
const IOV = 56;
const CMSG = 72;
const CMSG_LEVEL = CMSG + 8;
const CMSG_TYPE = CMSG + 12;
const CMSG_DATA = CMSG + 16;
const BYTES = CMSG_DATA + 4 * MAX_DESCRIPTORS;
const LENGTH_SIZE = 4;

/** Content of one message. */
export interface PassedDescriptors {
  readonly bytes: Uint8Array;
  /** Descriptors that are now open in this process, too; close-on-exec. */
  readonly fds: readonly number[];
}

/**
 * Creates two connected Unix-domain stream sockets, close-on-exec: socketpair(2).
 * @throws {SystemError} such as EMFILE.
 */
export function socketPair(): readonly [number, number] {
  const memory = new NativeMemory(8);
  try {
    check(outcome(libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, memory.address)), 'socketpair');
    return [memory.int32[0] as number, memory.int32[1] as number];
  } finally {
    memory.free();
  }
}

/**
 * Sends a message without waiting: sendmsg(2). The caller's own descriptors stay open.
 * @param fds one to four descriptors.
 * @returns 0 or a negated errno; -ENOBUFS when the socket had room for only a part and was shut down.
 * @throws {RangeError} for fewer or more descriptors.
 */
export function sendDescriptors(socket: number, bytes: Uint8Array, fds: readonly number[]): number {
  if (fds.length < 1 || fds.length > MAX_DESCRIPTORS) throw new RangeError(`sendmsg: ${fds.length} descriptors`);
  const memory = messageMemory(LENGTH_SIZE + bytes.length, fds.length);
  try {
    memory.setUint64(CMSG, CMSG_DATA - CMSG + 4 * fds.length);
    memory.int32[CMSG_LEVEL >> 2] = SOL_SOCKET;
    memory.int32[CMSG_TYPE >> 2] = SCM_RIGHTS;
    memory.int32.set(fds, CMSG_DATA >> 2);
    memory.uint32[BYTES >> 2] = bytes.length;
    memory.bytes.set(bytes, BYTES + LENGTH_SIZE);
    const sent = outcome(libc().sendmsg(socket, memory.address, MSG_DONTWAIT | MSG_NOSIGNAL));
    if (sent < 0) return sent;
    if (sent === LENGTH_SIZE + bytes.length) return 0;
    shutdown(socket, SHUT_RDWR);
    return -ENOBUFS;
  } finally {
    memory.free();
  }
}

/**
 * Blocks until a message has arrived: recvmsg(2).
 * @returns undefined when the sender has closed its socket.
 * @throws {SystemError} when the socket fails.
 */
export function receiveDescriptors(socket: number): PassedDescriptors | undefined {
  const memory = messageMemory(LENGTH_SIZE, MAX_DESCRIPTORS);
  try {
    const received = uninterrupted(() => outcome(libc().recvmsg(socket, memory.address, MSG_CMSG_CLOEXEC)));
    // A sender that closes or is killed with unread data in its receive buffer resets the connection (unix(7)).
    if (received === -ECONNRESET || check(received, 'recvmsg') === 0) return undefined;
    // The kernel has stored the length of the control data that it wrote: 0 when descriptors ran out.
    const control = memory.getUint64(MSG_CONTROLLEN);
    const count = control === 0 ? 0 : (memory.getUint64(CMSG) - (CMSG_DATA - CMSG)) / 4;
    const fds = Array.from(memory.int32.subarray(CMSG_DATA >> 2, (CMSG_DATA >> 2) + count));
    const bytes = received === LENGTH_SIZE ? receiveBytes(socket, memory.uint32[BYTES >> 2] as number) : undefined;
    if (bytes !== undefined) return { bytes, fds };
    for (const fd of fds) close(fd);
    return undefined;
  } finally {
    memory.free();
  }
}

/** Allocates a message header with room for `length` bytes and `count` descriptors. */
function messageMemory(length: number, count: number): NativeMemory {
  const memory = new NativeMemory(BYTES + length);
  memory.setUint64(MSG_IOV, memory.address + IOV);
  memory.setUint64(MSG_IOVLEN, 1);
  memory.setUint64(MSG_CONTROL, memory.address + CMSG);
  // CMSG_SPACE: padded to 8 bytes.
  memory.setUint64(MSG_CONTROLLEN, (CMSG_DATA - CMSG + 4 * count + 7) & ~7);
  memory.setUint64(IOV, memory.address + BYTES);
  memory.setUint64(IOV + 8, length);
  return memory;
}

/** Receives `length` bytes. @returns undefined when the sender closed the socket before it had sent them all. */
function receiveBytes(socket: number, length: number): Uint8Array | undefined {
  const memory = new NativeMemory(Math.max(8, length));
  try {
    for (let at = 0; at < length; ) {
      const received = uninterrupted(() => recv(socket, memory, at, length - at));
      if (check(received, 'recv') === 0) return undefined;
      at += received;
    }
    return memory.bytes.slice(0, length);
  } finally {
    memory.free();
  }
}

function uninterrupted(call: () => number): number {
  for (;;) {
    const result = call();
    if (result !== -EINTR) return result;
  }
}
