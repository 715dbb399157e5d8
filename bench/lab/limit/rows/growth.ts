import { raiseOpenFileLimit } from '../../../../sockets/os/process.ts';
import type { Figure } from '../figure.ts';
import { closedLoop } from '../loads.ts';
import { run } from '../ours.ts';
import type { LimitCase, LoadedServer, LoadFigures } from '../reference.ts';
import type { LimitRow, Setting } from '../row.ts';
import { inTurn } from '../turns.ts';

const CONNECTIONS = [1, 10, 100, 1000, 5000, 19_000];
const MOST = Math.max(...CONNECTIONS);
/** Growth is counted from here: with fewer connections, a system call serves few requests. */
const BASE = 100;
/** Other open files of the generators and the server. */
const SPARE = 100;

/** CPU time per request, in microseconds. */
interface CpuMicros {
  readonly ours: number;
  readonly c: number;
}

/** CPU time per request of our generator and of `flood_epoll.c`, with few and with many connections in one thread. */
export const growth = {
  name: 'growth',
  title: `TCP echo of 64 B, one thread, CPU per request with 1 to ${MOST.toLocaleString('en')} connections`,
  figures: Object.assign({}, ...CONNECTIONS.map(figuresOf)) as Record<string, Figure>,
  async prepare(setting) {
    const files = raiseOpenFileLimit(MOST + SPARE);
    const possible = CONNECTIONS.filter((connections) => connections + SPARE <= files);
    const remedy = `run \`ulimit -Hn ${MOST + SPARE}; ulimit -n ${MOST + SPARE}\` as root in this shell`;
    return {
      notes: possible.length < CONNECTIONS.length ? [`this process may open only ${files} files: ${remedy}`] : [],
      async measure(random) {
        const pairs = new Map<number, CpuMicros>();
        for (const connections of possible) {
          const contestants = contestantsWith(connections, setting);
          const { ours, c } = await inTurn(random, contestants);
          pairs.set(connections, { ours: ours.cpuMicrosPerRequest, c: c.cpuMicrosPerRequest });
        }
        const base = pairs.get(BASE);
        return Object.assign({}, ...[...pairs].map(([connections, cpu]) => readingsOf(connections, cpu, base)));
      },
      close: async () => undefined,
    };
  },
} as const satisfies LimitRow;

/** Returns by how much our CPU time per request grew, relative to C's. A decrease of C's does not count. */
export function relativeGrowth(base: CpuMicros, more: CpuMicros): number {
  return more.ours / base.ours / Math.max(1, more.c / base.c);
}

function contestantsWith(connections: number, { reference, serverCpu, loadCpu, seconds }: Setting) {
  const load: LimitCase = { transport: 'tcp', inFlight: connections, size: 64 };
  /** Each has a server of its own, on whose port no earlier connection is in TIME_WAIT. */
  const onNewServer = async (flood: (server: LoadedServer) => Promise<LoadFigures>) => {
    const server = await reference.serveEcho(serverCpu);
    try {
      return await flood(server);
    } finally {
      await server.stop();
    }
  };
  return {
    ours: () => onNewServer((server) => run(closedLoop(load), server, loadCpu, seconds)),
    c: () => onNewServer(({ port }) => reference.flood(load, port, loadCpu, seconds)),
  };
}

function figuresOf(connections: number): Record<string, Figure> {
  const count = connections.toLocaleString('en');
  const title = `CPU per request with ${count}`;
  return {
    ...(connections > BASE && {
      [`growth${connections}`]: { title: `${BASE} → ${count}: growth of ours ÷ C's`, unit: 'ratio', atMost: 1.25 },
    }),
    [`cpu${connections}`]: { title: `${title}, ours`, unit: 'micros' },
    [`referenceCpu${connections}`]: { title: `${title}, C`, unit: 'micros' },
  };
}

function readingsOf(connections: number, cpu: CpuMicros, base: CpuMicros | undefined): Record<string, number> {
  return {
    ...(connections > BASE && base !== undefined && { [`growth${connections}`]: relativeGrowth(base, cpu) }),
    [`cpu${connections}`]: cpu.ours,
    [`referenceCpu${connections}`]: cpu.c,
  };
}
