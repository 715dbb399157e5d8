import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { tlsOptions } from '../../model/tls-options.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import { ringSuits } from '../streams/ring-suits.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { Workload } from '../workload.ts';

/** Creates the workload of a thread's connections, over the state and the events of its engine. */
export type MakeWorkload = (state: LoadState, epoll: Epoll) => Workload;

/**
 * Loads the workload that the clients of a load run over its transport, in a protocol for their connections. Others are
 * not loaded: they would delay the start of the threads.
 * @throws {TypeError} for one that no client can run.
 */
export function loadWorkload(assignment: Assignment, protocol: ClientProtocol): Promise<MakeWorkload> {
  const { transport, workload } = assignment.point;
  if (transport === 'udp') return loadDatagrams(assignment, protocol);
  if (transport === 'tls') return loadTlsExchange(assignment, protocol);
  if (workload === 'upload' || workload === 'download' || workload === 'broadcast')
    return loadOther(assignment, workload);
  return loadExchange(assignment, protocol);
}

async function loadOther(assignment: Assignment, workload: 'upload' | 'download' | 'broadcast'): Promise<MakeWorkload> {
  switch (workload) {
    case 'upload': {
      const { Upload } = await import('../streams/upload.ts');
      return (state, epoll) => new Upload(assignment, state, epoll);
    }
    case 'download': {
      const { Download } = await import('../streams/download.ts');
      return (state, epoll) => new Download(assignment, state, epoll);
    }
    case 'broadcast': {
      const { Broadcast } = await import('../chat/broadcast.ts');
      return (state, epoll) => new Broadcast(assignment, state, epoll);
    }
  }
}

async function loadExchange(assignment: Assignment, protocol: ClientProtocol): Promise<MakeWorkload> {
  if (ringSuits(assignment, protocol) && (await isRingAvailable())) {
    const { RingExchange } = await import('../streams/ring-exchange.ts');
    return (state, epoll) => new RingExchange(assignment, state, epoll, protocol);
  }
  const { EpollExchange } = await import('../streams/epoll-exchange.ts');
  return (state, epoll) => new EpollExchange(assignment, state, epoll, protocol);
}

async function loadDatagrams(assignment: Assignment, protocol: ClientProtocol): Promise<MakeWorkload> {
  const { workload } = assignment.point;
  if (workload === 'upload') {
    const { DatagramUpload } = await import('../datagrams/upload.ts');
    return (state, epoll) => new DatagramUpload(assignment, state, epoll);
  }
  if (workload === 'download')
    throw new TypeError('there is no download over UDP: a server sends datagrams only as replies');
  if (workload === 'broadcast') throw new TypeError('there is no broadcast over UDP: a room consists of connections');
  const { RingDatagrams, ringSuitsDatagrams } = await import('../datagrams/ring-datagrams.ts');
  if (ringSuitsDatagrams(assignment) && (await isRingAvailable()))
    return (state, epoll) => new RingDatagrams(assignment, state, epoll, protocol);
  const { EpollDatagrams } = await import('../datagrams/epoll-datagrams.ts');
  return (state, epoll) => new EpollDatagrams(assignment, state, epoll, protocol);
}

async function isRingAvailable(): Promise<boolean> {
  const { whyNoUring } = await import('../../../sockets/uring/availability.ts');
  return whyNoUring() === undefined;
}

async function loadTlsExchange(assignment: Assignment, protocol: ClientProtocol): Promise<MakeWorkload> {
  const { makeTlsChannel } = await import('../channels/make-channel.ts');
  const { TlsExchange } = await import('../streams/tls-exchange.ts');
  const { tls, address, point } = assignment;
  const { options, hosts } = tls ?? { options: tlsOptions(), hosts: ['host' in address ? address.host : 'localhost'] };
  const { connections } = point;
  return (state, epoll) => {
    const { targets } = state;
    const peers = { connections, ...(targets && hosts.length > 1 && { peerOf: (c: number) => targets.of(c) }) };
    return new TlsExchange(assignment, state, epoll, protocol, (longestWire, longestPlain) =>
      makeTlsChannel(options, hosts, { ...peers, longestWire, longestPlain }),
    );
  };
}
