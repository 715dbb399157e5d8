import type { RunConfiguration, SingleTarget } from '../../bench/model/configuration.ts';
import { type Exchange, httpRequests } from '../../bench/model/exchange.ts';
import { type Stage, stagesDurationMs } from '../../bench/model/stage.ts';

/** Parts of configurations that tests combine. */

/** Returns `[seconds, target]` as stages, and the duration that they add up to. */
export function inStages(...each: readonly (readonly [seconds: number, target: number])[]): Partial<RunConfiguration> {
  const stages = each.map(([seconds, target]): Stage => ({ seconds, target }));
  return { connections: [16], stages, durationMs: stagesDurationMs(stages) };
}

export const tcp: Partial<RunConfiguration> = { transports: ['tcp'] };
export const chat: Partial<RunConfiguration> = {
  ...tcp,
  app: 'chat',
  workload: 'broadcast',
  connections: [16],
  targets: [
    { kind: 'model', model: 'async' },
    { kind: 'model', model: 'cluster' },
  ],
};
export const http: Partial<RunConfiguration> = { ...tcp, app: 'http' };
export const step = { send: { text: 'PING' }, expect: { text: 'PONG' }, end: null };
export const ping = { protocol: 'script', login: [], repeat: [step] } as const satisfies Exchange;
export const get: Exchange = { protocol: 'http', requests: httpRequests(null, '/') };
export const redis: Exchange = { protocol: 'redis', commands: 'GET {key}', keys: { count: 9, zipf: null }, resp: 2 };
export const until = { kind: 'until', text: '\\n' } as const;
export const secureHttpLoad: Partial<RunConfiguration> = { app: 'http', transports: ['tls'] };
export const page = {
  kind: 'address',
  url: 'http://127.0.0.1:7/',
  transport: 'tcp',
  app: 'http',
  address: { host: '127.0.0.1', port: 7 },
  http: { host: '127.0.0.1:7', path: '/' },
} as const satisfies SingleTarget;
export const group = (...members: SingleTarget[]): Partial<RunConfiguration> => ({
  ...tcp,
  connections: [4],
  targets: [{ kind: 'group', members, select: 'p2c' }],
});
export const asynchronous = { kind: 'model', model: 'async' } as const;
export const secureHttp: Partial<RunConfiguration> = { ...secureHttpLoad, targets: [asynchronous] };
export const address = (transport: 'tcp' | 'udp'): SingleTarget => ({
  kind: 'address',
  url: `${transport}://127.0.0.1:7`,
  transport,
  address: { host: '127.0.0.1', port: 7 },
});
export const three = group(asynchronous, asynchronous, address('tcp'));
