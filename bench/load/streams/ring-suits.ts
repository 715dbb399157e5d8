import { gathers } from '../arrivals/gathering.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import { RingOutbox } from './ring-outbox.ts';

/** Largest request, and largest memory for requests: each connection has a place for one. */
const LARGEST_REQUEST = 16_384;
const LARGEST_OUTBOX = 64 << 20;

/**
 * Reports whether ring-exchange.ts suits a load: one request at a time on each connection, which stays open; not at a
 * rate at which a thread wakes for each request, because it wakes more exactly with epoll (schedule lag at 20,000/s: 3 µs,
 * with the ring 11 µs).
 */
export function ringSuits({ point, pacer, isExact = false }: Assignment, protocol: ClientProtocol): boolean {
  const { transport, workload, connection, pipelining, connections } = point;
  const plain =
    (transport === 'tcp' || transport === 'unix') &&
    workload === 'request-response' &&
    connection === 'pooled' &&
    pipelining === 1;
  const fits = protocol.longestRequest <= LARGEST_REQUEST;
  const isUseful = pacer === null || (gathers(pacer) && !isExact);
  return plain && fits && isUseful && RingOutbox.sizeFor(connections, protocol) <= LARGEST_OUTBOX;
}
