import { UnavailableError } from '../../sockets/errors/errno.ts';
import { whyNoUring } from '../../sockets/uring/availability.ts';
import { startRingLoop } from '../completion/ring-loop.ts';
import type { ServerModel } from '../contract.ts';
import { openListener } from '../listening/listener.ts';

/**
 * Completions instead of readiness, in one thread: io_uring(7). The kernel gets each receive and accept request once
 * and reports what it has done. One turn of the loop takes one system call, however many sockets are active. The
 * proactor pattern: Schmidt et al., Pattern-Oriented Software Architecture, volume 2.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const why = whyNoUring();
    if (why !== undefined) throw new UnavailableError(why);
    return startRingLoop(spec, openListener(spec), workerEnded);
  },
};
