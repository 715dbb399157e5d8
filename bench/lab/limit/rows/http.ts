import { floodByAutocannon, servePages } from '../autocannon.ts';
import { pageRequests } from '../loads.ts';
import { run } from '../ours.ts';
import { comparePair, pairFigures } from '../pair.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

const CONNECTIONS = 16;

/** Closed-loop HTTP against a plain Node server: our generator compared with autocannon. */
export const http = {
  name: 'http',
  title: `HTTP GET of 13 B, ${CONNECTIONS} connections, a plain Node server`,
  figures: pairFigures('autocannon', { rate: 0.95, cpu: 1.1 }),
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const server = await servePages(reference, serverCpu);
    return {
      notes: [],
      async measure(random) {
        const { ours, autocannon } = await inTurn(random, {
          ours: () => run(pageRequests(CONNECTIONS), server, loadCpu, seconds),
          autocannon: () => floodByAutocannon(server.port, CONNECTIONS, loadCpu, seconds),
        });
        return comparePair(ours, autocannon);
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;
