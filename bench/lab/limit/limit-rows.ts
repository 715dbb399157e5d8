import type { LimitRow } from './row.ts';
import { connections } from './rows/connections.ts';
import { datagrams } from './rows/datagrams.ts';
import { download } from './rows/download.ts';
import { tcpEcho } from './rows/echo.ts';
import { http } from './rows/http.ts';
import { delays, impairedDatagrams, stalls } from './rows/injected.ts';
import { scheduleLag } from './rows/schedule-lag.ts';
import { servers } from './rows/servers.ts';

/** All rows, in the order in which they are measured and shown. */
export const limitRows: readonly LimitRow[] = [
  tcpEcho(50, 'user'),
  tcpEcho(500, 'user'),
  tcpEcho(50, 'kernel'),
  tcpEcho(500, 'kernel'),
  datagrams,
  servers,
  http,
  download,
  scheduleLag,
  delays,
  stalls,
  impairedDatagrams,
  connections,
];
