import { closedLoop } from '../loads.ts';
import { run } from '../ours.ts';
import { comparePair, pairFigures } from '../pair.ts';
import type { LimitCase, ReferenceServer } from '../reference.ts';
import type { LimitRow, Setting } from '../row.ts';
import { runSockperf, type SockperfMode, serveSockperf } from '../sockperf.ts';
import { inTurn } from '../turns.ts';

const load: LimitCase = { transport: 'udp', inFlight: 32, size: 64 };

/**
 * UDP echo of 64 bytes with 32 datagrams in flight on one socket: our generator and `flood_epoll.c`, both against
 * `echo_epoll.c`, and sockperf against its own server, the only one that it supports.
 */
export const datagrams = {
  name: 'udp',
  title: 'UDP echo of 64 B, 32 in flight',
  uses: ['sockperf'],
  figures: {
    ...pairFigures('C', { rate: 1 }, 'datagram'),
    sockperfRatio: { title: 'ours ÷ sockperf under-load', unit: 'ratio', atLeast: 2 },
    burstRatio: { title: 'ours ÷ sockperf in bursts of 32', unit: 'ratio' },
    sockperfRate: { title: 'sockperf under-load, received back', unit: 'perSecond' },
    burstRate: { title: 'sockperf in bursts of 32, received back', unit: 'perSecond' },
  },
  async prepare(setting) {
    const { reference, serverCpu, loadCpu, seconds, installed } = setting;
    const server = await reference.serveEcho(serverCpu);
    const sockperfServer = installed.has('sockperf')
      ? await serveSockperf(reference, serverCpu).catch(async (error) => {
          await server.stop();
          throw error;
        })
      : undefined;
    const bySockperf = (mode: SockperfMode) => sockperfServer && (() => sockperf(mode, sockperfServer, setting));
    return {
      notes: [],
      async measure(random) {
        const { ours, c, underLoad, bursts } = await inTurn(random, {
          ours: () => run(closedLoop(load), server, loadCpu, seconds),
          c: () => reference.flood(load, server.port, loadCpu, seconds),
          underLoad: bySockperf('underLoad'),
          bursts: bySockperf('burstsOf32'),
        });
        const rate = ours.requestsPerSecond;
        return {
          ...comparePair(ours, c),
          ...(underLoad !== undefined && { sockperfRatio: rate / underLoad, sockperfRate: underLoad }),
          ...(bursts !== undefined && { burstRatio: rate / bursts, burstRate: bursts }),
        };
      },
      async close() {
        await Promise.all([server.stop(), sockperfServer?.stop()]);
      },
    };
  },
} as const satisfies LimitRow;

function sockperf(mode: SockperfMode, { port }: ReferenceServer, { reference, loadCpu, seconds }: Setting) {
  return runSockperf(reference, mode, { port, cpu: loadCpu, size: load.size, seconds });
}
