import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { whyNoUring } from '../../../sockets/uring/availability.ts';
import { Broadcast } from '../chat/broadcast.ts';
import { DatagramWorkload } from '../datagrams/datagram.ts';
import { DatagramUpload } from '../datagrams/upload.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { Download } from '../streams/download.ts';
import { RingStream, ringSuits } from '../streams/ring-stream.ts';
import { StreamWorkload } from '../streams/stream.ts';
import { Upload } from '../streams/upload.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { Workload } from '../workload.ts';

/**
 * Creates the workload that the clients of a load run over its transport. @throws {TypeError} for one that no client
 * can run.
 */
export function makeWorkload(assignment: Assignment, state: LoadState, epoll: Epoll): Workload {
  const { transport, workload } = assignment.point;
  if (transport !== 'udp') {
    if (workload === 'upload') return new Upload(assignment, state, epoll);
    if (workload === 'download') return new Download(assignment, state, epoll);
    if (workload === 'broadcast') return new Broadcast(assignment, state, epoll);
    const ring = ringSuits(assignment) && whyNoUring() === undefined;
    return ring ? new RingStream(assignment, state, epoll) : new StreamWorkload(assignment, state, epoll);
  }
  if (workload === 'upload') return new DatagramUpload(assignment, state, epoll);
  if (workload === 'download')
    throw new TypeError('there is no download over UDP: a server sends datagrams only as replies');
  if (workload === 'broadcast') throw new TypeError('there is no broadcast over UDP: a room consists of connections');
  return new DatagramWorkload(assignment, state, epoll);
}
