import { closedLoop, webSocketEcho } from '../loads.ts';
import { run } from '../ours.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

const CONNECTIONS = 50;
const SIZE = 64;

/** WebSocket echo against `echo_websocket.c` compared with TCP echo against `echo_epoll.c`, both by our generator. */
export const webSocket = {
  name: 'websocket',
  title: `WebSocket echo of ${SIZE} B beside TCP echo, ${CONNECTIONS} connections`,
  figures: {
    cpuRatio: { title: 'CPU per request, WebSocket ÷ TCP', unit: 'ratio', atMost: 1.3 },
    rateRatio: { title: 'requests/s, WebSocket ÷ TCP', unit: 'ratio' },
    cpuMicros: { title: 'CPU per request, WebSocket', unit: 'micros' },
    tcpCpuMicros: { title: 'CPU per request, TCP', unit: 'micros' },
    rate: { title: 'requests/s, WebSocket', unit: 'perSecond' },
    tcpRate: { title: 'requests/s, TCP', unit: 'perSecond' },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const tcpServer = await reference.serveEcho(serverCpu);
    const server = await reference.serveWebSocketEcho(serverCpu).catch(async (error) => {
      await tcpServer.stop();
      throw error;
    });
    const tcpLoad = closedLoop({ transport: 'tcp', inFlight: CONNECTIONS, size: SIZE });
    return {
      notes: [],
      async measure(random) {
        const { ours, tcp } = await inTurn(random, {
          ours: () => run(webSocketEcho(CONNECTIONS, SIZE), server, loadCpu, seconds),
          tcp: () => run(tcpLoad, tcpServer, loadCpu, seconds),
        });
        return {
          cpuRatio: ours.cpuMicrosPerRequest / tcp.cpuMicrosPerRequest,
          rateRatio: ours.requestsPerSecond / tcp.requestsPerSecond,
          cpuMicros: ours.cpuMicrosPerRequest,
          tcpCpuMicros: tcp.cpuMicrosPerRequest,
          rate: ours.requestsPerSecond,
          tcpRate: tcp.requestsPerSecond,
        };
      },
      async close() {
        await Promise.all([server.stop(), tcpServer.stop()]);
      },
    };
  },
} as const satisfies LimitRow;
