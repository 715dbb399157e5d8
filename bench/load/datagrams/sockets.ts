import { asInternet } from '../../../sockets/address.ts';
import { check, EAGAIN, EINVAL, EMSGSIZE, ENOBUFS } from '../../../sockets/errors/errno.ts';
import { checkDatagramSent } from '../../../sockets/errors/retry.ts';
import type { NativeMemory } from '../../../sockets/memory/memory.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { close, connect, droppedBySocket, MSG_DONTWAIT, send, setOption, socket } from '../../../sockets/socket.ts';
import type { TargetSelection } from '../targets/selection.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import type { SocketState } from '../workload.ts';

/**
 * Maximum number of datagrams that one send(2) can carry with UDP_SEGMENT, udp(7): UDP_MAX_SEGMENTS of kernels before
 * 6.9. The kernel passes them through its stack as one packet and splits that at the end.
 */
const MAX_SEGMENTS = 64;
/** Until it is split, the packet is one datagram: no longer than IPv4 allows. */
const MAX_BATCH_BYTES = 65_507;
/** Larger requests are sent one by one: a segment must fit the path's MTU, and Ethernet's leaves 1,472 bytes. */
const MAX_SEGMENT_BYTES = 1472;
/** Linux's default: net.core.rmem_default. */
const MIN_BUFFER = 212_992;

/** Returns why a datagram was dropped that send(2) refused with that errno. */
export function causeOfRefusal(errno: number): DropCause {
  return isFull(errno) ? 'sendBuffer' : 'unsent';
}

/** Reports whether the socket's own buffer (EAGAIN), or the queue of the network device (ENOBUFS), has no room. */
function isFull(errno: number): boolean {
  return errno === EAGAIN || errno === ENOBUFS;
}

/** Connected UDP sockets; each has its own local port. */
export class DatagramSockets implements SocketState {
  opened = 0;
  lastErrno = 0;
  /** Errno that the last {@link send} reported for an earlier datagram; 0 for none. */
  earlierErrno = 0;
  /** Maximum number of datagrams that one send(2) carries. */
  segments: number;
  readonly count: number;
  readonly #assignment: Assignment;
  readonly #epoll: Epoll;
  readonly #segmentBytes: number;
  readonly #timestamps: boolean;
  readonly #targets: TargetSelection | undefined;
  readonly #fd: Int32Array;
  /** Datagrams that each socket had dropped when measuring began. */
  readonly #droppedBefore: Float64Array;

  /**
   * @param segmentBytes size of all datagrams; 0 when they differ.
   * @param timestamps whether the kernel records when datagrams arrive.
   * @param targets present when there are several targets.
   */
  constructor(
    assignment: Assignment,
    epoll: Epoll,
    segmentBytes: number,
    timestamps: boolean,
    targets?: TargetSelection | undefined,
  ) {
    this.count = assignment.point.connections;
    this.#assignment = assignment;
    this.#epoll = epoll;
    this.#segmentBytes = segmentBytes;
    this.#timestamps = timestamps;
    this.#targets = targets;
    const fits = segmentBytes > 0 && segmentBytes <= MAX_SEGMENT_BYTES;
    this.segments = fits ? Math.min(MAX_SEGMENTS, Math.floor(MAX_BATCH_BYTES / segmentBytes)) : 1;
    this.#fd = new Int32Array(this.count).fill(-1);
    this.#droppedBefore = new Float64Array(this.count);
  }

  fd(s: number): number {
    return this.#fd[s] as number;
  }

  isOpen(s: number): boolean {
    return this.fd(s) >= 0;
  }

  /**
   * Opens a socket that epoll watches for `events`.
   * @param receiveBuffer minimum size of the receive buffer in bytes.
   * @throws {SystemError} when no socket is available, or its peer cannot be reached.
   */
  open(s: number, events: number, receiveBuffer: number): void {
    this.#targets?.assign(s);
    const address = asInternet(this.#targets?.addressOf(s) ?? this.#assignment.address);
    const fd = check(socket('udp', address.host, false), 'socket');
    this.#fd[s] = fd;
    setOption(fd, 'SO_RCVBUF', Math.max(MIN_BUFFER, receiveBuffer));
    if (this.#timestamps) setOption(fd, 'SO_TIMESTAMPNS', 1);
    check(connect(fd, address), 'connect');
    this.#epoll.add(fd, events, s);
    // Kernels before 4.18 refuse: each datagram is then sent separately.
    if (this.segments > 1 && setOption(fd, 'UDP_SEGMENT', this.#segmentBytes) < 0) this.segments = 1;
    this.opened++;
  }

  /**
   * Calls send(2) on a socket. An ICMP error that an earlier datagram caused is reported once, in place of sending:
   * then {@link earlierErrno} is set, and the datagram is sent again. An error that comes twice belongs to the datagram
   * itself.
   * @returns bytes sent, or a negated errno when the kernel did not take it.
   * @throws {SystemError} when the errno shows that no datagram can ever be sent that way.
   */
  send(s: number, memory: NativeMemory, offset: number, length: number): number {
    this.earlierErrno = 0;
    const sent = send(this.fd(s), memory, offset, length, MSG_DONTWAIT);
    if (sent >= 0 || isFull(-sent)) return sent;
    if (this.segments > 1 && (sent === -EINVAL || sent === -EMSGSIZE)) {
      this.#stopSegmenting();
      // Several datagrams: report them as if there had been no room.
      return length > this.#segmentBytes ? -EAGAIN : this.send(s, memory, offset, length);
    }
    this.lastErrno = -sent;
    const again = send(this.fd(s), memory, offset, length, MSG_DONTWAIT);
    if (again !== sent) this.earlierErrno = -sent;
    checkDatagramSent(again, 'send');
    return again;
  }

  /** Starts counting dropped datagrams: earlier ones do not count. */
  startMeasuring(): void {
    for (let s = 0; s < this.count; s++) this.#droppedBefore[s] = this.#dropped(s);
  }

  /** Datagrams that found a socket's receive buffer full since measuring began. */
  get dropped(): number {
    let sum = 0;
    for (let s = 0; s < this.count; s++) sum += this.#dropped(s) - (this.#droppedBefore[s] as number);
    return sum;
  }

  close(): void {
    for (const fd of this.#fd) if (fd >= 0) close(fd);
  }

  /**
   * Stops using segments, since one does not fit the path's MTU (udp_send_skb in net/ipv4/udp.c). IP may fragment
   * single datagrams.
   */
  #stopSegmenting(): void {
    this.segments = 1;
    for (const fd of this.#fd) if (fd >= 0) setOption(fd, 'UDP_SEGMENT', 0);
  }

  #dropped(s: number): number {
    const fd = this.fd(s);
    return fd < 0 ? 0 : droppedBySocket(fd);
  }
}
