import type { Timestamps } from '../../../model/configuration.ts';
import type { Figure } from '../figure.ts';
import { closedLoop, run } from '../ours.ts';
import type { LimitCase } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

/** Bounds of an echo row, relative to C. */
interface EchoBounds {
  readonly rate: Pick<Figure, 'atLeast'>;
  readonly cpu: Pick<Figure, 'atMost'>;
}

const BOUNDS: Readonly<Record<Timestamps, EchoBounds>> = {
  user: { rate: { atLeast: 0.95 }, cpu: { atMost: 1.1 } },
  // The kernel's timestamps need a longer system call for each reply, which C, without them, does not make.
  kernel: { rate: {}, cpu: { atMost: 1.3 } },
};

/** Closed-loop TCP echo of 64 bytes against `echo_epoll.c`: our generator compared with `flood_epoll.c`. */
export function tcpEcho(connections: number, timestamps: Timestamps) {
  const load: LimitCase = { transport: 'tcp', inFlight: connections, size: 64 };
  const { rate, cpu } = BOUNDS[timestamps];
  return {
    name: `tcp${connections}${timestamps === 'kernel' ? '-kernel' : ''}`,
    title: `TCP echo of 64 B, ${connections} connections, ${timestamps} timestamps`,
    figures: {
      rateRatio: { title: 'requests/s, ours ÷ C', unit: 'ratio', ...rate },
      cpuRatio: { title: 'CPU per request, ours ÷ C', unit: 'ratio', ...cpu },
      rate: { title: 'requests/s, ours', unit: 'perSecond' },
      referenceRate: { title: 'requests/s, C', unit: 'perSecond' },
    },
    async prepare({ reference, serverCpu, loadCpu, seconds }) {
      const server = await reference.serveEcho(serverCpu);
      return {
        notes: [],
        async measure(random) {
          const { ours, c } = await inTurn(random, {
            ours: () => run(closedLoop(load, timestamps), server, loadCpu, seconds),
            c: () => reference.flood(load, server.port, loadCpu, seconds),
          });
          return {
            rateRatio: ours.report.requestsPerSecond / c.requestsPerSecond,
            cpuRatio: ours.cpuMicrosPerRequest / c.cpuMicrosPerRequest,
            rate: ours.report.requestsPerSecond,
            referenceRate: c.requestsPerSecond,
          };
        },
        close: () => server.stop(),
      };
    },
  } as const satisfies LimitRow;
}
