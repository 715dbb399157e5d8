import type { LimitRow } from './row.ts';
import { connections } from './rows/connections.ts';
import { datagrams } from './rows/datagrams.ts';
import { tcpEcho } from './rows/echo.ts';

/** All rows, in the order in which they are measured and shown. */
export const limitRows: readonly LimitRow[] = [
  tcpEcho('tcp50', 50, { rateAtLeast: 0.95, cpuAtMost: 1.1 }),
  tcpEcho('tcp500', 500, { rateAtLeast: 0.95, cpuAtMost: 1.1 }),
  datagrams,
  connections,
];
