import { closedLoop } from '../loads.ts';
import { run } from '../ours.ts';
import { comparePair, pairFigures } from '../pair.ts';
import type { LimitCase } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

/**
 * Closed-loop TCP echo of 64 bytes against `echo_epoll.c`: our generator compared with `flood_epoll.c` and
 * `flood_uring.c`.
 */
export function tcpEcho(connections: number) {
  const load: LimitCase = { transport: 'tcp', inFlight: connections, size: 64 };
  return {
    name: `tcp${connections}`,
    title: `TCP echo of 64 B, ${connections} connections, user timestamps`,
    figures: {
      ...pairFigures('C', { rate: 1, cpu: 1.05 }),
      uringRateRatio: { title: 'requests/s, ours ÷ C with io_uring', unit: 'ratio', atLeast: 0.95 },
      uringCpuRatio: { title: 'CPU per request, ours ÷ C with io_uring', unit: 'ratio', atMost: 1.05 },
      uringRate: { title: 'requests/s, C with io_uring', unit: 'perSecond' },
      uringCpuMicros: { title: 'CPU per request, C with io_uring', unit: 'micros' },
    },
    async prepare({ reference, serverCpu, loadCpu, seconds }) {
      const missing = reference.whyNoFloodUring();
      const server = await reference.serveEcho(serverCpu);
      const byUring = () => reference.floodBy('flood_uring', connections, server.port, loadCpu, seconds);
      return {
        notes: missing === undefined ? [] : [`C with io_uring was not measured: ${missing}`],
        async measure(random) {
          const { ours, c, uring } = await inTurn(random, {
            ours: () => run(closedLoop(load), server, loadCpu, seconds),
            c: () => reference.flood(load, server.port, loadCpu, seconds),
            uring: missing === undefined ? byUring : undefined,
          });
          return {
            ...comparePair(ours, c),
            ...(uring !== undefined && {
              uringRateRatio: ours.requestsPerSecond / uring.requestsPerSecond,
              uringCpuRatio: ours.cpuMicrosPerRequest / uring.cpuMicrosPerRequest,
              uringRate: uring.requestsPerSecond,
              uringCpuMicros: uring.cpuMicrosPerRequest,
            }),
          };
        },
        close: () => server.stop(),
      };
    },
  } as const satisfies LimitRow;
}

/**
 * The same with the kernel's timestamps, compared with user timestamps, and with `flood_epoll.c`, which has none: they
 * need a longer system call for each reply.
 */
export function tcpEchoWithKernelTimestamps(connections: number) {
  const load: LimitCase = { transport: 'tcp', inFlight: connections, size: 64 };
  return {
    name: `tcp${connections}-kernel`,
    title: `TCP echo of 64 B, ${connections} connections, kernel timestamps`,
    figures: {
      ...pairFigures('C', { cpu: 1.3 }),
      userCpuRatio: { title: 'CPU per request, kernel ÷ user timestamps', unit: 'ratio', atMost: 1.25 },
      userRateRatio: { title: 'requests/s, kernel ÷ user timestamps', unit: 'ratio' },
    },
    async prepare({ reference, serverCpu, loadCpu, seconds }) {
      const server = await reference.serveEcho(serverCpu);
      return {
        notes: [],
        async measure(random) {
          const { kernel, user, c } = await inTurn(random, {
            kernel: () => run(closedLoop(load, 'kernel'), server, loadCpu, seconds),
            user: () => run(closedLoop(load, 'user'), server, loadCpu, seconds),
            c: () => reference.flood(load, server.port, loadCpu, seconds),
          });
          return {
            ...comparePair(kernel, c),
            userCpuRatio: kernel.cpuMicrosPerRequest / user.cpuMicrosPerRequest,
            userRateRatio: kernel.requestsPerSecond / user.requestsPerSecond,
          };
        },
        close: () => server.stop(),
      };
    },
  } as const satisfies LimitRow;
}
