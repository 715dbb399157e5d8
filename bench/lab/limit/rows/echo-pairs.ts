import { datagramSockets, type OwnLoad, shortConnections } from '../loads.ts';
import { run } from '../ours.ts';
import { comparePair, type PairFigure, pairFigures } from '../pair.ts';
import type { SpecialFlood } from '../reference.ts';
import type { LimitRow, PreparedRow, Setting } from '../row.ts';
import { inTurn } from '../turns.ts';

// Rows that compare our generator with one in C, both against `echo_epoll.c`.

const SOCKETS = 32;
const SHORT_CONNECTIONS = 50;

/** UDP echo with one datagram in flight on each of many sockets: ours and `flood_udp.c`. */
export const manySockets = {
  name: 'udp-sockets',
  title: `UDP echo of 64 B, ${SOCKETS} sockets with 1 in flight each`,
  figures: pairFigures('C', { rate: 1 }, 'datagram'),
  prepare: (setting) =>
    preparePair(setting, datagramSockets(SOCKETS, 64), { program: 'flood_udp', connections: SOCKETS }),
} as const satisfies LimitRow;

/** TCP echo with a connection for each request: ours and `flood_short.c`. */
export const perRequest = {
  name: 'per-request',
  title: `TCP echo of 64 B, ${SHORT_CONNECTIONS} clients with a connection for each request`,
  figures: pairFigures('C', { rate: 0.9 }),
  prepare: (setting) =>
    preparePair(setting, shortConnections(SHORT_CONNECTIONS, 64), {
      program: 'flood_short',
      connections: SHORT_CONNECTIONS,
    }),
} as const satisfies LimitRow;

/** The generator in C of a pair. */
interface Flood {
  readonly program: SpecialFlood;
  readonly connections: number;
}

async function preparePair(
  { reference, serverCpu, loadCpu, seconds }: Setting,
  load: OwnLoad,
  { program, connections }: Flood,
): Promise<PreparedRow<PairFigure>> {
  const server = await reference.serveEcho(serverCpu);
  return {
    notes: [],
    async measure(random) {
      const { ours, c } = await inTurn(random, {
        ours: () => run(load, server, loadCpu, seconds),
        c: () => reference.floodBy(program, connections, server.port, loadCpu, seconds),
      });
      return comparePair(ours, c);
    },
    close: () => server.stop(),
  };
}
