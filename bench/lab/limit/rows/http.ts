import { floodByAutocannon, servePages } from '../autocannon.ts';
import { pageRequests, run } from '../ours.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

const CONNECTIONS = 16;

/**
 * Closed-loop HTTP against a plain Node server: our generator, which uses autocannon's client, compared with
 * autocannon.
 */
export const http = {
  name: 'http',
  title: `HTTP GET of 13 B, ${CONNECTIONS} connections, a plain Node server`,
  figures: {
    rateRatio: { title: 'requests/s, ours ÷ autocannon', unit: 'ratio', atLeast: 0.95 },
    cpuRatio: { title: 'CPU per request, ours ÷ autocannon', unit: 'ratio', atMost: 1.1 },
    rate: { title: 'requests/s, ours', unit: 'perSecond' },
    referenceRate: { title: 'requests/s, autocannon', unit: 'perSecond' },
    cpuMicros: { title: 'CPU per request, ours', unit: 'micros' },
    referenceCpuMicros: { title: 'CPU per request, autocannon', unit: 'micros' },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const server = await servePages(reference, serverCpu);
    return {
      notes: [],
      async measure(random) {
        const { ours, autocannon } = await inTurn(random, {
          ours: () => run(pageRequests(CONNECTIONS), server, loadCpu, seconds),
          autocannon: () => floodByAutocannon(server.port, CONNECTIONS, loadCpu, seconds),
        });
        return {
          rateRatio: ours.report.requestsPerSecond / autocannon.requestsPerSecond,
          cpuRatio: ours.cpuMicrosPerRequest / autocannon.cpuMicrosPerRequest,
          rate: ours.report.requestsPerSecond,
          referenceRate: autocannon.requestsPerSecond,
          cpuMicros: ours.cpuMicrosPerRequest,
          referenceCpuMicros: autocannon.cpuMicrosPerRequest,
        };
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;
