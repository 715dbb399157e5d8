import {
  AF_UNIX,
  familyOf,
  formatAddress,
  readSockaddr,
  SOCKADDR_ROOM,
  type SocketAddress,
  writeSockaddr,
} from './address.ts';
import { check } from './errors/errno.ts';
import { libc, outcome } from './libc.ts';
import { NativeMemory } from './memory/memory.ts';
import { ThreadMemory } from './memory/thread-memory.ts';

/**
 * BSD sockets as Stevens describes them: thin wrappers that return what the kernel returns, zero or more on success and
 * a **negated errno** on failure, so that loops can test for EAGAIN without exceptions. Wrap a call in `check(...)`
 * from errors/errno.ts where failure is exceptional.
 */

/** Kinds of sockets: streams as over TCP, and datagrams as over UDP. Unix-domain sockets are of these kinds, too. */
export type Transport = 'tcp' | 'udp';

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const F_SETFL = 4;
const F_GETFL = 3;
const O_NONBLOCK = 0o4000;

export const MSG_DONTWAIT = 0x40;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

/** Socket options by name, with level and number from Linux's asm-generic/socket.h and tcp.h. */
const OPTIONS = {
  SO_REUSEADDR: [1, 2],
  SO_ERROR: [1, 4],
  SO_SNDBUF: [1, 7],
  SO_RCVBUF: [1, 8],
  SO_KEEPALIVE: [1, 9],
  SO_REUSEPORT: [1, 15],
  SO_TIMESTAMPNS: [1, 35],
  IP_BIND_ADDRESS_NO_PORT: [0, 24],
  TCP_NODELAY: [6, 1],
  TCP_WINDOW_CLAMP: [6, 10],
  IPV6_V6ONLY: [41, 26],
  UDP_SEGMENT: [17, 103],
} as const satisfies Record<string, readonly [level: number, name: number]>;

export type SocketOption = keyof typeof OPTIONS;

/** Offset of a length that the kernel reads and writes, behind the largest value. */
const SCRATCH_LENGTH = SOCKADDR_ROOM;
const scratchMemory = new ThreadMemory(SCRATCH_LENGTH + 8);
function scratch(): NativeMemory {
  return scratchMemory.memory;
}

/**
 * Creates a socket, close-on-exec: socket(2).
 * @param host an IP address of its family; undefined for a Unix-domain socket, unix(7), which has no options of TCP.
 * @returns a file descriptor or a negated errno.
 */
export function socket(transport: Transport, host: string | undefined, blocking = true): number {
  const type = (transport === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK);
  return outcome(libc().socket(host === undefined ? AF_UNIX : familyOf(host), type, 0));
}

/** Binds a socket: bind(2). For port 0 the kernel chooses a port; see {@link localAddress}. */
export function bind(fd: number, address: SocketAddress): number {
  const memory = scratch();
  return outcome(libc().bind(fd, memory.address, writeSockaddr(memory, 0, address)));
}

/** Makes a socket listen: listen(2). The kernel caps `backlog` at net.core.somaxconn. */
export function listen(fd: number, backlog: number): number {
  return outcome(libc().listen(fd, backlog));
}

/** Accepts a connection, close-on-exec: accept4(2). @returns its descriptor or a negated errno. */
export function accept(fd: number, blocking = true): number {
  return outcome(libc().accept4(fd, 0, 0, SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK)));
}

/**
 * Connects a socket: connect(2). A non-blocking TCP socket returns -EINPROGRESS: once writable, read SO_ERROR. A
 * non-blocking Unix-domain socket is connected at once, or returns -EAGAIN when the accept queue is full.
 */
export function connect(fd: number, address: SocketAddress): number {
  const memory = scratch();
  return outcome(libc().connect(fd, memory.address, writeSockaddr(memory, 0, address)));
}

/**
 * Sends bytes without SIGPIPE: send(2).
 * @returns bytes taken by the kernel, perhaps fewer than `length`, or a negated errno.
 * @throws {RangeError} when the bytes are outside the memory, as do the other calls that take an offset and a length.
 */
export function send(fd: number, memory: NativeMemory, offset: number, length: number, flags = 0): number {
  return outcome(libc().send(fd, memory.addressOf(offset, length, 'send'), length, flags | MSG_NOSIGNAL));
}

/** Receives bytes: recv(2). @returns bytes received, 0 when the peer has finished sending, or a negated errno. */
export function recv(fd: number, memory: NativeMemory, offset: number, length: number, flags = 0): number {
  return outcome(libc().recv(fd, memory.addressOf(offset, length, 'recv'), length, flags));
}

/** A reusable address: recvfrom(2) stores the sender in it, sendto(2) reads the receiver. Neither allocates objects. */
export class PeerAddress {
  readonly memory = new NativeMemory(SOCKADDR_ROOM + 4);
  /** Length of the address in bytes, stored where the kernel expects a socklen_t. */
  get length(): number {
    return this.memory.uint32[SOCKADDR_ROOM >> 2] ?? 0;
  }
  set length(bytes: number) {
    this.memory.uint32[SOCKADDR_ROOM >> 2] = bytes;
  }
  /** The address as an object: for set-up, not for hot loops. */
  get value(): SocketAddress {
    return readSockaddr(this.memory, 0);
  }
  set value(address: SocketAddress) {
    this.length = writeSockaddr(this.memory, 0, address);
  }
}

/** Binds to a stored address, without allocating: bind(2). */
export function bindTo(fd: number, { memory, length }: PeerAddress): number {
  return outcome(libc().bind(fd, memory.addressOf(0, length, 'bind'), length));
}

/** Connects to a stored address, without allocating; otherwise as {@link connect}. */
export function connectTo(fd: number, { memory, length }: PeerAddress): number {
  return outcome(libc().connect(fd, memory.addressOf(0, length, 'connect'), length));
}

/**
 * Receives a datagram and stores its sender in `peer`: recvfrom(2).
 * @returns bytes of the datagram, or a negated errno.
 */
export function recvfrom(
  fd: number,
  memory: NativeMemory,
  offset: number,
  length: number,
  flags: number,
  peer: PeerAddress,
): number {
  peer.length = SOCKADDR_ROOM;
  const where = peer.memory.addressOf(0, SOCKADDR_ROOM + 4, 'recvfrom');
  const to = memory.addressOf(offset, length, 'recvfrom');
  return outcome(libc().recvfrom(fd, to, length, flags, where, where + SOCKADDR_ROOM));
}

/** Sends a datagram: sendto(2). @returns bytes sent, or a negated errno. */
export function sendto(
  fd: number,
  memory: NativeMemory,
  offset: number,
  length: number,
  flags: number,
  peer: PeerAddress,
): number {
  const nameLength = peer.length;
  const to = peer.memory.addressOf(0, nameLength, 'sendto');
  const from = memory.addressOf(offset, length, 'sendto');
  return outcome(libc().sendto(fd, from, length, flags | MSG_NOSIGNAL, to, nameLength));
}

/** Shuts down a connection: shutdown(2). `SHUT_WR` sends FIN; `SHUT_RDWR` also wakes threads blocked on the socket. */
export function shutdown(fd: number, how: number): number {
  return outcome(libc().shutdown(fd, how));
}

/** Closes a descriptor: close(2). */
export function close(fd: number): number {
  return outcome(libc().close(fd));
}

/** Returns the address to which the socket is bound: getsockname(2). @throws {SystemError} */
export function localAddress(fd: number): SocketAddress {
  const memory = scratch();
  memory.bytes.fill(0);
  memory.uint32[SCRATCH_LENGTH >> 2] = SOCKADDR_ROOM;
  check(outcome(libc().getsockname(fd, memory.address, memory.address + SCRATCH_LENGTH)), 'getsockname');
  return readSockaddr(memory, 0);
}

/** Sets an option whose value is an integer: setsockopt(2). */
export function setOption(fd: number, option: SocketOption, value: number): number {
  const memory = scratch();
  const [level, name] = OPTIONS[option];
  memory.int32[0] = value;
  return outcome(libc().setsockopt(fd, level, name, memory.address, 4));
}

/** Sets how long a receive may block before -EAGAIN, in milliseconds; 0 means no limit: SO_RCVTIMEO, socket(7). */
export function setReceiveTimeout(fd: number, milliseconds: number): number {
  const SO_RCVTIMEO = 20;
  return setTimeoutOption(fd, SO_RCVTIMEO, milliseconds);
}

/** Sets how long a send may block before -EAGAIN, in milliseconds; 0 means no limit: SO_SNDTIMEO, socket(7). */
export function setSendTimeout(fd: number, milliseconds: number): number {
  const SO_SNDTIMEO = 21;
  return setTimeoutOption(fd, SO_SNDTIMEO, milliseconds);
}

function setTimeoutOption(fd: number, option: number, milliseconds: number): number {
  const memory = scratch();
  // struct timeval: seconds and microseconds, 64 bits each.
  memory.setUint64(0, Math.floor(milliseconds / 1000));
  memory.setUint64(8, Math.round((milliseconds % 1000) * 1000));
  return outcome(libc().setsockopt(fd, 1, option, memory.address, 16));
}

/** Returns an option whose value is an integer: getsockopt(2). @throws {SystemError} */
export function getOption(fd: number, option: SocketOption): number {
  const memory = scratch();
  const [level, name] = OPTIONS[option];
  memory.uint32[SCRATCH_LENGTH >> 2] = 4;
  const status = libc().getsockopt(fd, level, name, memory.address, memory.address + SCRATCH_LENGTH);
  check(outcome(status), `getsockopt ${option}`);
  return memory.int32[0] ?? 0;
}

/**
 * Returns the bytes that a TCP socket has sent and the peer's kernel has not yet acknowledged: SIOCOUTQ, tcp(7).
 * @throws {SystemError}
 */
export function unacknowledged(fd: number): number {
  const SIOCOUTQ = 0x5411;
  const memory = scratch();
  check(outcome(libc().ioctl(fd, SIOCOUTQ, memory.address)), 'ioctl SIOCOUTQ');
  return memory.int32[0] ?? 0;
}

/** Returns how many packets a socket dropped on a full receive buffer; 0 if unknown: SO_MEMINFO, Linux 4.12. */
export function droppedBySocket(fd: number): number {
  const SO_MEMINFO = 55;
  const SK_MEMINFO_DROPS = 8;
  const SK_MEMINFO_VARS = 9;
  const memory = scratch();
  memory.uint32[SCRATCH_LENGTH >> 2] = SK_MEMINFO_VARS * 4;
  const status = libc().getsockopt(fd, 1, SO_MEMINFO, memory.address, memory.address + SCRATCH_LENGTH);
  return status < 0 ? 0 : (memory.uint32[SK_MEMINFO_DROPS] ?? 0);
}

const TCP_LEVEL = 6;
const TCP_CONGESTION = 13;

/** Sets a TCP socket's congestion control, tcp(7). `reno` is available everywhere. */
export function setCongestionControl(fd: number, algorithm: string): number {
  const memory = scratch();
  const name = new TextEncoder().encode(algorithm);
  const at = memory.addressOf(0, name.length, 'setsockopt TCP_CONGESTION');
  memory.bytes.set(name);
  return outcome(libc().setsockopt(fd, TCP_LEVEL, TCP_CONGESTION, at, name.length));
}

/** Makes an existing descriptor blocking or non-blocking: fcntl(2) F_SETFL. @throws {SystemError} */
export function setBlocking(fd: number, blocking: boolean): void {
  const flags = check(outcome(libc().fcntl(fd, F_GETFL, 0)), 'fcntl');
  check(outcome(libc().fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)), 'fcntl');
}

export interface ListenOptions {
  /** Default true. */
  readonly blocking?: boolean;
  /** Let several sockets share the address: SO_REUSEPORT, socket(7). Default false. */
  readonly reusePort?: boolean;
  /** Length of the accept queue; streams only. Default 4096, the default of somaxconn. */
  readonly backlog?: number;
}

/**
 * Opens a socket bound to `address`; a stream socket also listens.
 * @returns its descriptor. {@link localAddress} returns the port that the kernel chose for port 0.
 * @throws {SystemError} such as EADDRINUSE; nothing stays open.
 * @throws {UnixPathError} for a path that no socket can have.
 */
export function openServer(transport: Transport, address: SocketAddress, options: ListenOptions = {}): number {
  const { blocking = true, reusePort = false, backlog = 4096 } = options;
  const where = formatAddress(address);
  const fd = check(socket(transport, 'path' in address ? undefined : address.host, blocking), 'socket');
  try {
    // Not for UDP, where it would let a second server take over the port without an error.
    if (transport === 'tcp') check(setOption(fd, 'SO_REUSEADDR', 1), 'setsockopt SO_REUSEADDR');
    if (reusePort) check(setOption(fd, 'SO_REUSEPORT', 1), 'setsockopt SO_REUSEPORT');
    check(bind(fd, address), 'bind', where);
    if (transport === 'tcp') check(listen(fd, backlog), 'listen', where);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
