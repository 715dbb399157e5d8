import { readFileSync } from 'node:fs';
import { raiseOpenFileLimit } from '../../../../sockets/os/process.ts';
import { holdConnections } from '../held-connections.ts';
import type { LimitRow } from '../row.ts';

const CONNECTIONS = 20_000;
/** Other open files of the generator's and the server's process, and ports to spare. */
const SPARE = 100;

/** Many TCP connections to `echo_epoll.c`, all held by one generator thread in its own process. */
export const connections = {
  name: 'connections',
  title: `${CONNECTIONS.toLocaleString('en')} TCP connections held by one generator`,
  figures: {
    held: { title: 'held, each answered once', unit: 'count', atLeast: CONNECTIONS },
    unanswered: { title: 'opened but not answered', unit: 'count', atMost: 0 },
    bytesEach: { title: 'generator memory for each', unit: 'bytes', atMost: 2048 },
    openingSeconds: { title: 'time to open all', unit: 'seconds', atMost: 10 },
    openingRate: { title: 'opened', unit: 'perSecond' },
  },
  async prepare({ reference, serverCpu, loadCpu }) {
    const files = raiseOpenFileLimit(CONNECTIONS + SPARE);
    const ports = ephemeralPorts(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
    const { begun, notes } = possibleConnections(CONNECTIONS, files, ports);
    return {
      notes,
      async measure() {
        // A new server for each round: on its port no connection of the last round is in TIME_WAIT.
        const server = await reference.serveEcho(serverCpu);
        try {
          const { answered, openingSeconds, ...memory } = await holdConnections(server.port, begun, loadCpu);
          return {
            unanswered: begun - answered,
            bytesEach: (memory.residentBytesAfter - memory.residentBytesBefore) / begun,
            openingRate: answered / openingSeconds,
            // Bounds that apply to all connections are meaningless for fewer.
            ...(begun === CONNECTIONS ? { held: answered, openingSeconds } : {}),
          };
        } finally {
          await server.stop();
        }
      },
      close: async () => undefined,
    };
  },
} as const satisfies LimitRow;

/** Returns how many connections this machine allows, and what to do when they are fewer than requested. */
export function possibleConnections(
  wanted: number,
  files: number,
  ports: number,
): { readonly begun: number; readonly notes: readonly string[] } {
  const begun = Math.min(wanted, files - SPARE, ports - SPARE);
  if (begun === wanted) return { begun, notes: [] };
  const needed = wanted + SPARE;
  const remedy =
    files < ports
      ? `this process may open ${files} files: run \`ulimit -Hn ${needed}; ulimit -n ${needed}\` as root in this shell`
      : `there are ${ports} local ports: run \`sysctl net.ipv4.ip_local_port_range="32768 60999"\` as root`;
  return { begun, notes: [`${begun} connections instead of ${wanted}, because ${remedy}`] };
}

/** Returns the number of local ports for outgoing connections. See ip(7), ip_local_port_range. */
export function ephemeralPorts(range: string): number {
  const [first = 0, last = -1] = range.trim().split(/\s+/).map(Number);
  return last - first + 1;
}
