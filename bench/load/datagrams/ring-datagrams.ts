import type { NativeMemory } from '../../../sockets/memory/memory.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { Outstanding } from '../ledger/outstanding.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import { type RingListener, RingSockets } from '../streams/ring-sockets.ts';
import type { Assignment } from '../threads/assignment.ts';
import { DatagramExchange } from './exchange.ts';
import { makeContent } from './make-content.ts';
import { DatagramRequests } from './requests.ts';
import { causeOfRefusal, DatagramSockets } from './sockets.ts';

/** Longest reply, which has a buffer for each socket. */
const LONGEST_REPLY = 16_384;

/** Reports whether {@link RingDatagrams} can run a load: a closed loop of one datagram at a time on each socket. */
export function ringSuitsDatagrams({ point, pacer, protocol }: Assignment): boolean {
  const { transport, workload, pipelining, sizes } = point;
  const closed = pacer === null && pipelining === 1;
  const short = protocol.kind === 'echo' && sizes.every(({ to }) => to <= LONGEST_REPLY);
  return transport === 'udp' && workload === 'request-response' && closed && short;
}

/**
 * Requests and replies over UDP by io_uring(7), where {@link ringSuitsDatagrams}: one call a turn for all sockets. With
 * kernel timestamps each request needs a call of its own, because its service time counts from there.
 */
export class RingDatagrams extends DatagramExchange implements RingListener {
  readonly #epoll: Epoll;
  readonly #ring: RingSockets;
  readonly #inbox: NativeMemory;

  /** @throws {SystemError} where no ring is available: check whyNoUring() first. */
  constructor(assignment: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol) {
    const { connections } = assignment.point;
    const { kernelClock: clock } = state;
    const outstanding = new Outstanding(connections);
    const content = makeContent(assignment, protocol, state, outstanding, connections);
    const sockets = new DatagramSockets(assignment, epoll, 0, clock !== undefined, state.targets);
    // A buffer is longer than a reply, so that one that is too long is detected.
    const ring = new RingSockets(connections, epoll.fd, { bufferBytes: content.longestReply + 8, clock });
    const bySocket = clock === undefined ? { send: sendBy(ring), segments: 1, earlierErrno: 0 } : sockets;
    const requests = new DatagramRequests(state, sockets, content, outstanding, connections, bySocket);
    super(assignment, state, { sockets, content, requests });
    this.#epoll = epoll;
    this.#ring = ring;
    this.#inbox = ring.inbox;
  }

  exchange(nanos: number, gathering = false): number {
    const came = this.#ring.exchange(nanos, gathering);
    const now = nowNanos();
    if (came > 0) this.#ring.dispatch(came, this);
    this.settle();
    return now;
  }

  handOver(): void {
    this.#ring.submit();
  }

  override open(s: number): void {
    super.open(s);
    const fd = this.sockets.fd(s);
    this.#epoll.remove(fd);
    this.#ring.add(s, fd);
  }

  /** Does nothing: epoll watches no socket. */
  ready(): void {}
  noticed(): void {}

  received(s: number, offset: number, length: number): void {
    const now = nowNanos();
    const answered = this.take(s, this.#inbox, offset, length, this.#ring.arrivedNanos, now);
    if (answered && this.state.flowing) this.askSoon(s, 1, now);
  }

  /** Handles an empty datagram, which has no bytes in the inbox, or an ICMP error that the kernel reports. */
  socketEnded(s: number, errno: number): void {
    if (errno === 0) this.received(s, 0, 0);
    else this.requests.refused(s, errno);
  }

  sendFailed(s: number, errno: number): void {
    this.requests.unsend(s, causeOfRefusal(errno));
  }

  override close(): void {
    this.#ring.close();
    super.close();
  }
}

function sendBy(ring: RingSockets) {
  return (s: number, memory: NativeMemory, at: number, length: number): number => {
    ring.trySend(s, memory, at, length);
    return length;
  };
}
