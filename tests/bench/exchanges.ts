import type { LoadState } from '../../bench/load/ledger/load-state.ts';
import { makeProtocol } from '../../bench/load/protocols/make-protocol.ts';
import type { ClientProtocol } from '../../bench/load/protocols/protocol.ts';
import { EpollExchange } from '../../bench/load/streams/epoll-exchange.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import type { Epoll } from '../../sockets/polling/epoll.ts';

/** Returns the protocol that a thread with this assignment uses. */
export function protocolOf({ protocol, point, firstConnection, streamKey }: Assignment): ClientProtocol {
  return makeProtocol(protocol, { connections: point.connections, firstConnection, streamKey });
}

/** Returns a load over TCP, by epoll, in the assignment's protocol. */
export function epollExchange(assignment: Assignment, state: LoadState, epoll: Epoll): EpollExchange {
  return new EpollExchange(assignment, state, epoll, protocolOf(assignment));
}
