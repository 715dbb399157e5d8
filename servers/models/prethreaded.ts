import { startAcceptPool } from '../blocking/accept-pool.ts';
import type { ServerModel } from '../contract.ts';

/**
 * Number of threads in the pool, and so of TCP connections served at once. Each thread takes 8 MB and 30 ms of CPU time
 * when the server starts: 32 threads cost a quarter of a gigabyte and a second of one CPU. Pools of web servers have
 * similar sizes (Apache's worker MPM begins with three processes of 25 threads).
 */
export const POOL_SIZE = 32;

/**
 * Prethreaded server: a fixed pool of threads, started in advance so that the first clients do not pay for it, that all
 * block in accept on one listener. Stevens, UNIX Network Programming, volume 1, section 30.11, without the lock around
 * accept, which Linux does not need.
 */
export const model: ServerModel = {
  start: (spec, workerEnded) => startAcceptPool(spec, spec.poolThreads ?? POOL_SIZE, workerEnded),
};
