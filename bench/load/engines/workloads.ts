import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { whyNoUring } from '../../../sockets/uring/availability.ts';
import { tlsOptions } from '../../model/tls-options.ts';
import { makeTlsChannel } from '../channels/make-channel.ts';
import { Broadcast } from '../chat/broadcast.ts';
import { EpollDatagrams } from '../datagrams/epoll-datagrams.ts';
import { RingDatagrams, ringSuitsDatagrams } from '../datagrams/ring-datagrams.ts';
import { DatagramUpload } from '../datagrams/upload.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import { Download } from '../streams/download.ts';
import { EpollExchange } from '../streams/epoll-exchange.ts';
import { RingExchange, ringSuits } from '../streams/ring-exchange.ts';
import { TlsExchange } from '../streams/tls-exchange.ts';
import { Upload } from '../streams/upload.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { Workload } from '../workload.ts';

/**
 * Creates the workload that the clients of a load run over its transport, in a protocol for their connections.
 * @throws {TypeError} for one that no client can run.
 */
export function makeWorkload(
  assignment: Assignment,
  state: LoadState,
  epoll: Epoll,
  protocol: ClientProtocol,
): Workload {
  const { transport, workload } = assignment.point;
  if (transport === 'tls') return makeTlsExchange(assignment, state, epoll, protocol);
  if (transport !== 'udp') {
    if (workload === 'upload') return new Upload(assignment, state, epoll);
    if (workload === 'download') return new Download(assignment, state, epoll);
    if (workload === 'broadcast') return new Broadcast(assignment, state, epoll);
    return makeExchange(assignment, state, epoll, protocol);
  }
  if (workload === 'upload') return new DatagramUpload(assignment, state, epoll);
  if (workload === 'download')
    throw new TypeError('there is no download over UDP: a server sends datagrams only as replies');
  if (workload === 'broadcast') throw new TypeError('there is no broadcast over UDP: a room consists of connections');
  const byRing = ringSuitsDatagrams(assignment) && whyNoUring() === undefined;
  return byRing
    ? new RingDatagrams(assignment, state, epoll, protocol)
    : new EpollDatagrams(assignment, state, epoll, protocol);
}

function makeExchange(assignment: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol): Workload {
  const byRing = ringSuits(assignment, protocol) && whyNoUring() === undefined;
  return byRing
    ? new RingExchange(assignment, state, epoll, protocol)
    : new EpollExchange(assignment, state, epoll, protocol);
}

function makeTlsExchange(assignment: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol): Workload {
  const { tls, address, point } = assignment;
  const { options, hosts } = tls ?? { options: tlsOptions(), hosts: ['host' in address ? address.host : 'localhost'] };
  const { connections } = point;
  const { targets } = state;
  const peers = { connections, ...(targets && hosts.length > 1 && { peerOf: (c: number) => targets.of(c) }) };
  return new TlsExchange(assignment, state, epoll, protocol, (longestWire, longestPlain) =>
    makeTlsChannel(options, hosts, { ...peers, longestWire, longestPlain }),
  );
}
