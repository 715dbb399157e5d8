import { type ServerOptions, ServerProcess } from '../servers/server-process.ts';
import { POOL_THREADS } from './clients-at-once.ts';
import type { Subject } from './subject.ts';

/** Starts the server of a suite: with few threads, and with a stale file at the path of a Unix-domain socket. */
export function serve(subject: Subject, options: Partial<ServerOptions> = {}): Promise<ServerProcess> {
  return ServerProcess.start({ ...subject, poolThreads: POOL_THREADS, staleFile: true, ...options });
}
