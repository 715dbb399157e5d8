import { startAcceptPool } from '../blocking/accept-pool.ts';
import type { ServerModel } from '../contract.ts';

/**
 * Iterative server: serves one connection to its end while the others wait in the accept queue. Over UDP it serves one
 * datagram at a time. Stevens, UNIX Network Programming, volume 1, section 1.5.
 */
export const model: ServerModel = {
  start: (spec, workerEnded) => startAcceptPool(spec, 1, workerEnded),
};
