import { closedLoop, flood } from '../ours.ts';
import type { LimitCase } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

/** What is wanted of an echo row, as shares of what C reaches. */
interface EchoBounds {
  readonly rateAtLeast?: number;
  readonly cpuAtMost: number;
}

/** Closed-loop TCP echo of 64 bytes against `echo_epoll.c`: ours beside `flood_epoll.c`. */
export function tcpEcho(name: string, connections: number, { rateAtLeast, cpuAtMost }: EchoBounds) {
  const load: LimitCase = { transport: 'tcp', inFlight: connections, size: 64 };
  return {
    name,
    title: `TCP echo of 64 B, ${connections} connections`,
    figures: {
      rateRatio: {
        title: 'requests/s, ours ÷ C',
        unit: 'ratio',
        ...(rateAtLeast === undefined ? {} : { atLeast: rateAtLeast }),
      },
      cpuRatio: { title: 'CPU per request, ours ÷ C', unit: 'ratio', atMost: cpuAtMost },
      rate: { title: 'requests/s, ours', unit: 'perSecond' },
      referenceRate: { title: 'requests/s, C', unit: 'perSecond' },
    },
    async prepare({ reference, serverCpu, loadCpu, seconds }) {
      const server = await reference.serveEcho(serverCpu);
      return {
        notes: [],
        async measure(random) {
          const { ours, c } = await inTurn(random, {
            ours: () => flood(closedLoop(load), server.port, loadCpu, seconds),
            c: () => reference.flood(load, server.port, loadCpu, seconds),
          });
          return {
            rateRatio: ours.requestsPerSecond / c.requestsPerSecond,
            cpuRatio: ours.cpuMicrosPerRequest / c.cpuMicrosPerRequest,
            rate: ours.requestsPerSecond,
            referenceRate: c.requestsPerSecond,
          };
        },
        close: () => server.stop(),
      };
    },
  } as const satisfies LimitRow;
}
