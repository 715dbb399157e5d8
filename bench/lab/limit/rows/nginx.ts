import { pageRequests } from '../loads.ts';
import { serveByNginx } from '../nginx.ts';
import { run } from '../ours.ts';
import { comparePair, type PairFigure, pairFigures } from '../pair.ts';
import type { LimitRow, PreparedRow, Setting } from '../row.ts';
import { inTurn } from '../turns.ts';
import { floodByWrk } from '../wrk.ts';

const CONNECTIONS = 50;

/** Closed-loop HTTP against nginx: our generator compared with wrk. */
export const httpNginx = {
  name: 'http-nginx',
  title: `HTTP GET of 13 B, ${CONNECTIONS} connections, nginx`,
  needs: ['nginx', 'wrk'],
  figures: pairFigures('wrk', { rate: 1, cpu: 1 }),
  prepare: (setting) => againstWrk('tcp', setting),
} as const satisfies LimitRow;

/** The same over TLS, with a certificate that signs itself. */
export const httpsNginx = {
  name: 'https-nginx',
  title: `HTTPS GET of 13 B, ${CONNECTIONS} connections, nginx`,
  needs: ['nginx', 'openssl', 'wrk'],
  figures: pairFigures('wrk', { rate: 0.95 }),
  prepare: (setting) => againstWrk('tls', setting),
} as const satisfies LimitRow;

async function againstWrk(
  transport: 'tcp' | 'tls',
  { reference, serverCpu, loadCpu, seconds }: Setting,
): Promise<PreparedRow<PairFigure>> {
  const server = await serveByNginx(reference, transport, serverCpu);
  const url = `${transport === 'tls' ? 'https' : 'http'}://127.0.0.1:${server.port}/`;
  return {
    notes: [],
    async measure(random) {
      const { ours, wrk } = await inTurn(random, {
        ours: () => run(pageRequests(CONNECTIONS, transport), server, loadCpu, seconds),
        wrk: () => floodByWrk(reference, { url, connections: CONNECTIONS, cpu: loadCpu, seconds }),
      });
      return comparePair(ours, wrk);
    },
    close: () => server.stop(),
  };
}
