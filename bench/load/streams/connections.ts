import { isLoopback, type SocketAddress } from '../../../sockets/address.ts';
import { check, EADDRNOTAVAIL, EINPROGRESS } from '../../../sockets/errors/errno.ts';
import { EPOLLERR, type Epoll } from '../../../sockets/polling/epoll.ts';
import {
  bindTo,
  close,
  connectTo,
  getOption,
  PeerAddress,
  setCongestionControl,
  setOption,
  socket,
} from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { OperatingPoint } from '../../model/operating-point.ts';
import { CONNECTING, type ConnectionTable } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { TargetSelection } from '../targets/selection.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { SocketState } from '../workload.ts';
import { Reconnects } from './reconnects.ts';
import { SourceAddresses } from './source-addresses.ts';

/**
 * Beyond this number, a single source address makes connecting slow: when half of its ports are taken, the kernel
 * searches thousands for each connection (19,900 took 4.3 s, of which the first half took 0.4 s).
 */
const MANY_CONNECTIONS = 8_000;

/** A server that connections are opened to. */
interface Peer {
  /** Its IP address; undefined for a Unix-domain socket. */
  readonly host: string | undefined;
  readonly address: PeerAddress;
  readonly reno: boolean;
  /** True when each connection is for one request. */
  readonly short: boolean;
  /** Source addresses, for short connections or very many; when undefined, the kernel chooses. */
  readonly sources: SourceAddresses | undefined;
}

function peerAt(value: SocketAddress, { connection, connections }: OperatingPoint): Peer {
  const address = new PeerAddress();
  address.value = value;
  if ('path' in value)
    return { host: undefined, address, reno: false, short: connection === 'per-request', sources: undefined };
  const { host } = value;
  const short = connection === 'per-request';
  const many = connections > MANY_CONNECTIONS;
  return {
    host,
    address,
    // There is no congestion within a machine, and BBR's pacing costs 3 % of all CPU time.
    reno: isLoopback(host) && !short,
    short,
    sources: short || many ? SourceAddresses.towards(host) : undefined,
  };
}

/** Begins to connect. @returns 0, or a negative errno. */
function connectFrom(fd: number, { address, sources }: Peer): number {
  if (sources === undefined) return connectTo(fd, address);
  setOption(fd, 'IP_BIND_ADDRESS_NO_PORT', 1);
  let status = -EADDRNOTAVAIL;
  for (let i = 0; i < sources.count && status === -EADDRNOTAVAIL; i++) {
    status = bindTo(fd, sources.next());
    if (status === 0) status = connectTo(fd, address);
  }
  return status;
}

/** Opens and closes the connections of a table, over TCP or Unix-domain sockets, and knows which are to be tried again. */
export class StreamConnections implements SocketState {
  /** Connections that were established at some time. */
  opened = 0;
  /** The last errno that broke a connection or kept one from opening. */
  lastErrno = 0;
  portsExhausted = 0;
  readonly #table: ConnectionTable;
  readonly #epoll: Epoll;
  readonly #watched: number;
  readonly #timestamps: boolean;
  /** One for each target. */
  readonly #peers: readonly Peer[];
  readonly #targets: TargetSelection | undefined;
  readonly #reconnects: Reconnects;
  /** When the opening of each connection began, and when it was established, in monotonic nanoseconds. */
  readonly #begun: Float64Array;
  readonly #established: Float64Array;

  /**
   * @param watched events for which epoll watches a connection until it is established.
   * @param state whether the kernel records when data arrives, and the targets if there are several; without it,
   * neither applies.
   */
  constructor(
    { address, point }: Assignment,
    table: ConnectionTable,
    epoll: Epoll,
    watched: number,
    state?: Pick<LoadState, 'kernelClock' | 'targets'>,
  ) {
    this.#table = table;
    this.#epoll = epoll;
    this.#watched = watched;
    this.#timestamps = state?.kernelClock !== undefined;
    this.#targets = state?.targets;
    this.#peers = (this.#targets?.addresses ?? [address]).map((each) => peerAt(each, point));
    this.#reconnects = new Reconnects(table.count);
    this.#begun = new Float64Array(table.count);
    this.#established = new Float64Array(table.count);
  }

  /** True when a connection waits to be tried again. */
  get needsSweep(): boolean {
    return this.#reconnects.count > 0;
  }

  /**
   * Begins to connect; epoll reports when the connection is established.
   * @returns 0, or the errno of a connection that failed at once.
   * @throws {SystemError} when no socket is available: EMFILE.
   */
  open(c: number): number {
    this.#targets?.assign(c);
    const peer = this.#peers[this.#targets?.of(c) ?? 0] as Peer;
    const fd = check(socket('tcp', peer.host, false), 'socket');
    // Nothing follows the only request of a short connection, so that nothing is delayed.
    if (!peer.short) setOption(fd, 'TCP_NODELAY', 1);
    if (peer.reno) setCongestionControl(fd, 'reno');
    if (this.#timestamps) setOption(fd, 'SO_TIMESTAMPNS', 1);
    this.#begun[c] = nowNanos();
    const status = connectFrom(fd, peer);
    if (status < 0 && status !== -EINPROGRESS) {
      close(fd);
      this.lastErrno = -status;
      this.#targets?.refused(c);
      if (status === -EADDRNOTAVAIL) this.portsExhausted++;
      return -status;
    }
    this.#table.setFd(c, fd);
    this.#table.setPhase(c, CONNECTING);
    this.#epoll.add(fd, this.#watched, c);
    return 0;
  }

  /**
   * Handles the event of a connection that is being opened.
   * @param events of epoll: an attempt that failed has EPOLLERR.
   * @returns 0 when it is established, or the errno that ended it.
   */
  finish(c: number, events = EPOLLERR): number {
    const errno = (events & EPOLLERR) === 0 ? 0 : getOption(this.#table.fd(c), 'SO_ERROR');
    if (errno !== 0) {
      this.lastErrno = errno;
      this.#targets?.refused(c);
      return errno;
    }
    this.#targets?.established(c);
    this.#established[c] = nowNanos();
    if (this.#table.markOpened(c)) this.opened++;
    return 0;
  }

  /** Returns how long ago the opening of the connection began, in nanoseconds. */
  age(c: number): number {
    return nowNanos() - (this.#begun[c] as number);
  }

  /** Returns how long ago the connection was established, in nanoseconds. */
  sinceEstablished(c: number): number {
    return nowNanos() - (this.#established[c] as number);
  }

  /** Reports whether its opening began before a time in monotonic nanoseconds. */
  beganBefore(c: number, nanos: number): boolean {
    return (this.#begun[c] as number) < nanos;
  }

  /** Closes the socket, which also removes it from epoll. */
  close(c: number): void {
    if (this.#table.fd(c) >= 0) close(this.#table.fd(c));
    this.#table.markClosed(c);
    this.#targets?.release(c);
  }

  closeAll(): void {
    for (let c = 0; c < this.#table.count; c++) this.close(c);
    for (const { address, sources } of this.#peers) {
      address.memory.free();
      sources?.free();
    }
  }

  /** Schedules the connection to be tried again a little later. */
  retryLater(c: number): void {
    this.#reconnects.add(c, nowNanos());
  }

  /** Reports whether the connection waits for that. */
  waits(c: number): boolean {
    return this.#reconnects.has(c);
  }

  /** Reports whether the connection is to be tried again now. True once for each {@link retryLater}. */
  takeRetry(c: number, now: number): boolean {
    return this.#reconnects.take(c, now);
  }
}
