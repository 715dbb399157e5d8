import { readFileSync } from 'node:fs';
import type { ModelName } from '../../servers/catalog.ts';

/** Connections between a client and the server that answers it: a balancer adds one. */
const CONNECTIONS_ON_THE_WAY: Partial<Record<ModelName, number>> = { balanced: 2 };

/**
 * The most bytes that the kernel can hold between a client and who answers it, there and back, when nobody reads: on
 * each connection and in each direction a send and a receive buffer, which grow as the traffic asks for it up to
 * tcp_wmem[2] and tcp_rmem[2] (tcp(7)). What a server has taken beyond that is in the server.
 */
export function kernelBuffersBetween(model: ModelName): number {
  return 2 * (CONNECTIONS_ON_THE_WAY[model] ?? 1) * (largestBuffer('tcp_wmem') + largestBuffer('tcp_rmem'));
}

function largestBuffer(name: 'tcp_wmem' | 'tcp_rmem'): number {
  const [, , most] = readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/).map(Number);
  if (most === undefined || !Number.isSafeInteger(most)) throw new Error(`net.ipv4.${name} has no third number`);
  return most;
}
