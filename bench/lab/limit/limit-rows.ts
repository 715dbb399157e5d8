import type { LimitRow } from './row.ts';
import { connections } from './rows/connections.ts';
import { datagrams } from './rows/datagrams.ts';
import { download } from './rows/download.ts';
import { tcpEcho, tcpEchoWithKernelTimestamps } from './rows/echo.ts';
import { manySockets, perRequest } from './rows/echo-pairs.ts';
import { growth } from './rows/growth.ts';
import { halfRate } from './rows/half-rate.ts';
import { http } from './rows/http.ts';
import { delays, impairedDatagrams, stalls } from './rows/injected.ts';
import { httpNginx, httpsNginx } from './rows/nginx.ts';
import { redis } from './rows/redis.ts';
import { scheduleLag } from './rows/schedule-lag.ts';
import { servers } from './rows/servers.ts';
import { webSocket } from './rows/web-socket.ts';

/** All rows, in the order in which they are measured and shown. */
export const limitRows: readonly LimitRow[] = [
  tcpEcho(50),
  tcpEcho(500),
  tcpEchoWithKernelTimestamps(50),
  tcpEchoWithKernelTimestamps(500),
  growth,
  perRequest,
  datagrams,
  manySockets,
  servers,
  http,
  httpNginx,
  httpsNginx,
  webSocket,
  redis,
  download,
  scheduleLag,
  halfRate,
  delays,
  stalls,
  impairedDatagrams,
  connections,
];
