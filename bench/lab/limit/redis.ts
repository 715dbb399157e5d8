import type { CReference, ReferenceServer } from './reference.ts';

/** Names of the keys are `key:` and 12 digits, of the numbers from 0. */
export const KEYS = 10_000;
export const VALUE_BYTES = 64;

export const redisCommands = ['SET', 'GET'] as const;
export type RedisCommandName = (typeof redisCommands)[number];

/** A load of one command in a closed loop, with keys drawn uniformly. */
export interface RedisFlood {
  readonly command: RedisCommandName;
  readonly connections: number;
  readonly port: number;
  /** CPU of the generator. */
  readonly cpu: number;
}

/**
 * Starts a Redis server that stores nothing on disk, on one CPU.
 * @throws {TargetError} when it does not listen in time.
 */
export function serveRedis(reference: CReference, cpu: number): Promise<ReferenceServer> {
  const folder = reference.createFolder('redis');
  const flags = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  return reference.listen('tcp', (port) => ['redis-server', '--port', port, ...flags], cpu);
}
