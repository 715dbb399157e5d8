import { type RunConfiguration, scenariosOf, transportsOf } from './configuration.ts';
import { isFixedSize, largestSize, smallestSize } from './message-sizes.ts';
import type { Want } from './want.ts';

/** Number of clients of a chat. One alone receives nothing; the most bounds the state that is kept for each pair. */
const LEAST_CLIENTS = 2;
const MOST_CLIENTS = 1024;
/**
 * Bytes of a line: the least holds the sender, the number of the line and the newline; the most is the chat's own
 * limit.
 */
const LEAST_LINE = 17;
const MOST_LINE = 65_536;

/** Returns the requirements of a load by clients of a chat. */
export function broadcastWants(configuration: RunConfiguration): Want[] {
  const { workload, connection, sizes, rate, stages, threads } = configuration;
  if (workload !== 'broadcast') return [];
  const levels = scenariosOf(configuration).flatMap(({ connections }) => connections);
  const wrong = levels.find((level) => level < LEAST_CLIENTS || level > MOST_CLIENTS);
  return [
    [
      wrong === undefined,
      `connections: a chat is measured with ${LEAST_CLIENTS} to ${MOST_CLIENTS} clients, not with ${wrong}`,
    ],
    [
      transportsOf(configuration).every((transport) => transport === 'tcp'),
      'workload: broadcast is for tcp only: leave out the transport',
    ],
    [connection === 'pooled', 'connection: chat clients keep their connections: leave out --connection'],
    [
      isFixedSize(sizes) && smallestSize(sizes) >= LEAST_LINE && largestSize(sizes) <= MOST_LINE,
      `size: all lines of a chat have one size, from ${LEAST_LINE} to ${MOST_LINE} bytes`,
    ],
    [
      rate !== null || stages.length === 0,
      'stage: the number of chat clients is constant: add --rate, for stages of a rate',
    ],
    [
      threads === null || threads === 1,
      'threads: one thread runs all chat clients, to know which of them has received which line: leave out --threads',
    ],
  ];
}
