import type { LoadPlan } from '../../load/generator.ts';
import { parseRedisCommands } from '../../load/protocols/redis/command.ts';
import type { Timestamps } from '../../model/configuration.ts';
import { fixedSize } from '../../model/message-sizes.ts';
import { type OperatingPoint, operatingPoint } from '../../model/operating-point.ts';
import { PAGE } from './autocannon.ts';
import { KEYS, type RedisCommandName, VALUE_BYTES } from './redis.ts';
import type { LimitCase } from './reference.ts';

/** A load of this project's generator, without its destination. */
export type OwnLoad = Pick<LoadPlan, 'point' | 'arrivals' | 'timestamps' | 'protocol'>;

/** Value of Host. */
const HOST = '127.0.0.1';

/** Redis' commands with their arguments. */
const COMMANDS = { SET: 'SET {key} {value}', GET: 'GET {key}' } as const satisfies Record<RedisCommandName, string>;

/** Returns the generator's form of the load that a case describes. */
export function closedLoop({ transport, inFlight, size }: LimitCase, timestamps: Timestamps = 'user'): OwnLoad {
  const [connections, pipelining] = transport === 'tcp' ? [inFlight, 1] : [1, inFlight];
  return loadOf({ transport, connections, pipelining, sizes: fixedSize(size) }, { timestamps });
}

/** Returns a load of TCP echo requests at a constant rate. */
export function constantRate(rate: number, connections: number, size: number): OwnLoad {
  const profile = { start: rate, stages: [], holdMs: 0 };
  return loadOf({ connections, sizes: fixedSize(size) }, { arrivals: { profile, arrivals: 'constant' } });
}

/** Returns a load of UDP sockets, each of which keeps one datagram in flight. */
export function datagramSockets(sockets: number, size: number): OwnLoad {
  return loadOf({ transport: 'udp', connections: sockets, sizes: fixedSize(size) });
}

/** Returns a load of TCP echo requests in a closed loop, each on a connection of its own. */
export function shortConnections(clients: number, size: number): OwnLoad {
  return loadOf({ connection: 'per-request', connections: clients, sizes: fixedSize(size) });
}

/** Returns a load of WebSocket messages in a closed loop. */
export function webSocketEcho(connections: number, size: number): OwnLoad {
  const sizes = fixedSize(size);
  const exchange = { host: HOST, path: '/', sizes, text: false };
  return loadOf({ app: 'websocket', connections, sizes }, { protocol: { kind: 'websocket', exchange } });
}

/** Returns a load of HTTP requests in a closed loop, with each page compared. */
export function pageRequests(connections: number, transport: 'tcp' | 'tls' = 'tcp'): OwnLoad {
  const requests = [{ path: '/', expectBody: Buffer.from(PAGE) }];
  const protocol = { kind: 'http', exchange: { host: HOST, requests, keepAlive: true } } as const;
  return loadOf({ app: 'http', transport, connections, sizes: fixedSize(1) }, { protocol });
}

/** Returns a load of one Redis command in a closed loop, with keys drawn uniformly. */
export function redisRequests(command: RedisCommandName, connections: number): OwnLoad {
  const sizes = fixedSize(VALUE_BYTES);
  const commands = parseRedisCommands(COMMANDS[command]);
  const exchange = { commands, keys: { count: KEYS }, sizes, resp: 2 } as const;
  return loadOf({ connections, sizes }, { protocol: { kind: 'redis', exchange } });
}

/** A load that receives everything that a server sends over one connection. */
export const oneDownload: OwnLoad = loadOf({ app: 'chargen', workload: 'download', sizes: fixedSize(1) });

/** Returns a load of echo requests in a closed loop with user timestamps, except for what is given. */
function loadOf(point: Partial<OperatingPoint>, given: Partial<OwnLoad> = {}): OwnLoad {
  const complete = operatingPoint(point);
  const protocol = { kind: 'echo', sizes: complete.sizes } as const;
  return { point: complete, arrivals: null, timestamps: 'user', protocol, ...given };
}
