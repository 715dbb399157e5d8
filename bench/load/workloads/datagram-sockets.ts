import type { Epoll } from '../../../sockets/epoll.ts';
import { check, EAGAIN, EINVAL, EMSGSIZE, ENOBUFS } from '../../../sockets/errno.ts';
import type { NativeMemory } from '../../../sockets/memory.ts';
import { checkDatagramSent } from '../../../sockets/retry.ts';
import { close, connect, droppedBySocket, MSG_DONTWAIT, send, setOption, socket } from '../../../sockets/socket.ts';
import type { Assignment } from '../assignment.ts';
import type { DropCause } from '../counts.ts';
import type { TargetSelection } from '../target-selection.ts';
import type { SocketState } from '../workload.ts';

/**
 * The most datagrams that one send(2) can carry by UDP_SEGMENT, udp(7): UDP_MAX_SEGMENTS of kernels before 6.9. The
 * kernel takes them through its stack as one packet and cuts that at the end.
 */
const MAX_SEGMENTS = 64;
/** And all of them together are one datagram until they are cut: no longer than one can be over IPv4. */
const MAX_BATCH_BYTES = 65_507;
/** Larger requests are sent one by one: a segment must fit the path's MTU, and Ethernet's leaves 1,472 bytes. */
const MAX_SEGMENT_BYTES = 1472;
/** Linux's default: net.core.rmem_default. */
const LEAST_BUFFER = 212_992;

/** Why a datagram was dropped that send(2) refused with that errno. */
export function causeOfRefusal(errno: number): DropCause {
  return isFull(errno) ? 'sendBuffer' : 'unsent';
}

/** send(2): the socket's own buffer (EAGAIN), or the queue of the network device (ENOBUFS), has no room. */
function isFull(errno: number): boolean {
  return errno === EAGAIN || errno === ENOBUFS;
}

/** Connected UDP sockets, each a peer of its own. */
export class DatagramSockets implements SocketState {
  opened = 0;
  lastErrno = 0;
  /** Errno that the last {@link send} found to have befallen an earlier datagram; 0 for none. */
  earlierErrno = 0;
  /** Datagrams that one send(2) carries at most. */
  segments: number;
  readonly count: number;
  readonly #assignment: Assignment;
  readonly #epoll: Epoll;
  readonly #segmentBytes: number;
  readonly #timestamps: boolean;
  readonly #targets: TargetSelection | undefined;
  readonly #fd: Int32Array;
  /** What each had dropped when measuring began. */
  readonly #droppedBefore: Float64Array;

  /**
   * @param segmentBytes size of all datagrams; 0 when they differ.
   * @param timestamps shall the kernel note when datagrams come?
   * @param targets where there are several.
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
   * Opens a socket, to be watched for `events`.
   * @param receiveBuffer bytes that it should have room for.
   * @throws {SystemError} when none is to be had, or its peer can't be reached.
   */
  open(s: number, events: number, receiveBuffer: number): void {
    this.#targets?.assign(s);
    const address = this.#targets?.addressOf(s) ?? this.#assignment.address;
    const fd = check(socket('udp', address.host, false), 'socket');
    this.#fd[s] = fd;
    setOption(fd, 'SO_RCVBUF', Math.max(LEAST_BUFFER, receiveBuffer));
    if (this.#timestamps) setOption(fd, 'SO_TIMESTAMPNS', 1);
    check(connect(fd, address), 'connect');
    this.#epoll.add(fd, events, s);
    // Kernels before 4.18 refuse: then each datagram is sent by itself.
    if (this.segments > 1 && setOption(fd, 'UDP_SEGMENT', this.#segmentBytes) < 0) this.segments = 1;
    this.opened++;
  }

  /**
   * send(2) on a socket. An ICMP error that an earlier datagram has caused is reported once, in place of sending: then
   * {@link earlierErrno} is set, and the datagram is sent. An error that comes twice is the datagram's own.
   * @returns bytes sent, or a negated errno when the kernel did not take it.
   * @throws {SystemError} when none could ever be sent that way.
   */
  send(s: number, memory: NativeMemory, offset: number, length: number): number {
    this.earlierErrno = 0;
    const sent = send(this.fd(s), memory, offset, length, MSG_DONTWAIT);
    if (sent >= 0 || isFull(-sent)) return sent;
    if (this.segments > 1 && (sent === -EINVAL || sent === -EMSGSIZE)) {
      this.#stopSegmenting();
      // Several together: as if there had been no room for them.
      return length > this.#segmentBytes ? -EAGAIN : this.send(s, memory, offset, length);
    }
    this.lastErrno = -sent;
    const again = send(this.fd(s), memory, offset, length, MSG_DONTWAIT);
    if (again !== sent) this.earlierErrno = -sent;
    checkDatagramSent(again, 'send');
    return again;
  }

  /** Measuring begins: what was dropped until now does not count. */
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

  /** A segment does not fit the path's MTU, udp_send_skb in net/ipv4/udp.c. One by one, IP may fragment them. */
  #stopSegmenting(): void {
    this.segments = 1;
    for (const fd of this.#fd) if (fd >= 0) setOption(fd, 'UDP_SEGMENT', 0);
  }

  #dropped(s: number): number {
    const fd = this.fd(s);
    return fd < 0 ? 0 : droppedBySocket(fd);
  }
}
