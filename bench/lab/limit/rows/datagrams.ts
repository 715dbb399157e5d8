import { closedLoop, run } from '../ours.ts';
import type { LimitCase, LoadedServer, LoadFigures, ReferenceServer } from '../reference.ts';
import type { LimitRow, Setting } from '../row.ts';
import { runSockperf, type SockperfMode, serveSockperf, whyNoSockperf } from '../sockperf.ts';
import { inTurn } from '../turns.ts';

const load: LimitCase = { transport: 'udp', inFlight: 32, size: 64 };

/**
 * UDP echo of 64 bytes with 32 datagrams in flight on one socket: our generator and `flood_epoll.c`, both against
 * `echo_epoll.c`, and sockperf against its own server, the only one that it supports.
 */
export const datagrams = {
  name: 'udp',
  title: 'UDP echo of 64 B, 32 in flight',
  figures: {
    rateRatio: { title: 'datagrams/s, ours ÷ C', unit: 'ratio', atLeast: 1 },
    sockperfRatio: { title: 'ours ÷ sockperf under-load', unit: 'ratio', atLeast: 2 },
    burstRatio: { title: 'ours ÷ sockperf in bursts of 32', unit: 'ratio' },
    cpuRatio: { title: 'CPU per datagram, ours ÷ C', unit: 'ratio' },
    rate: { title: 'datagrams/s, ours', unit: 'perSecond' },
    referenceRate: { title: 'datagrams/s, C', unit: 'perSecond' },
    sockperfRate: { title: 'sockperf under-load, received back', unit: 'perSecond' },
    burstRate: { title: 'sockperf in bursts of 32, received back', unit: 'perSecond' },
  },
  async prepare(setting) {
    const { reference, serverCpu, loadCpu, seconds } = setting;
    const missing = await whyNoSockperf();
    const server = await reference.serveEcho(serverCpu);
    const contestants = {
      ours: () => floodByOurs(server, loadCpu, seconds),
      c: () => reference.flood(load, server.port, loadCpu, seconds),
    };
    if (missing !== undefined) {
      return {
        notes: [missing],
        measure: async (random) => againstC(await inTurn(random, contestants)),
        close: () => server.stop(),
      };
    }
    const sockperfServer = await serveSockperf(reference, serverCpu).catch(async (error) => {
      await server.stop();
      throw error;
    });
    return {
      notes: [],
      async measure(random) {
        const outcome = await inTurn(random, {
          ...contestants,
          underLoad: () => sockperf('underLoad', sockperfServer, setting),
          bursts: () => sockperf('burstsOf32', sockperfServer, setting),
        });
        const { ours, underLoad, bursts } = outcome;
        return {
          ...againstC(outcome),
          sockperfRatio: ours.requestsPerSecond / underLoad,
          burstRatio: ours.requestsPerSecond / bursts,
          sockperfRate: underLoad,
          burstRate: bursts,
        };
      },
      async close() {
        await Promise.all([server.stop(), sockperfServer.stop()]);
      },
    };
  },
} as const satisfies LimitRow;

async function floodByOurs(server: LoadedServer, cpu: number, seconds: number): Promise<LoadFigures> {
  const { report, cpuMicrosPerRequest } = await run(closedLoop(load), server, cpu, seconds);
  return { requestsPerSecond: report.requestsPerSecond, cpuMicrosPerRequest };
}

function againstC({ ours, c }: { readonly ours: LoadFigures; readonly c: LoadFigures }) {
  return {
    rateRatio: ours.requestsPerSecond / c.requestsPerSecond,
    cpuRatio: ours.cpuMicrosPerRequest / c.cpuMicrosPerRequest,
    rate: ours.requestsPerSecond,
    referenceRate: c.requestsPerSecond,
  };
}

function sockperf(mode: SockperfMode, { port }: ReferenceServer, { reference, loadCpu, seconds }: Setting) {
  return runSockperf(reference, mode, { port, cpu: loadCpu, size: load.size, seconds });
}
