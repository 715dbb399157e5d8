import { readFileSync } from 'node:fs';
import type { ModelName } from '../../servers/model-catalog.ts';
import { NARROW_BUFFER } from './stream-client.ts';

/**
 * Number of connections between the server that a client connects to and the one that answers: a balancer makes one.
 */
const CONNECTIONS_WITHIN: Partial<Record<ModelName, number>> = { balanced: 1 };

/**
 * Returns the maximum of bytes that the kernel can hold between a narrow client (stream-client.ts) and the answering
 * server, in both directions, when neither reads. Each connection has a send and a receive buffer in each direction.
 * They grow on demand up to tcp_wmem[2] and tcp_rmem[2] (tcp(7)); the client's are twice NARROW_BUFFER. Bytes that a
 * server has taken beyond that are in the server.
 */
export function kernelBuffersBetween(model: ModelName): number {
  const ofOneEnd = largestBuffer('tcp_wmem') + largestBuffer('tcp_rmem');
  return 4 * NARROW_BUFFER + (1 + 2 * (CONNECTIONS_WITHIN[model] ?? 0)) * ofOneEnd;
}

/** Returns the maximum of bytes that the kernel can hold from the answering server to a narrow client that doesn't read. */
export function kernelBuffersToClient(model: ModelName): number {
  const within = CONNECTIONS_WITHIN[model] ?? 0;
  return 2 * NARROW_BUFFER + (1 + within) * largestBuffer('tcp_wmem') + within * largestBuffer('tcp_rmem');
}

function largestBuffer(name: 'tcp_wmem' | 'tcp_rmem'): number {
  const [, , most] = readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/).map(Number);
  if (most === undefined || !Number.isSafeInteger(most)) throw new Error(`net.ipv4.${name} has no third number`);
  return most;
}
