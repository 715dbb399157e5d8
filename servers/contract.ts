import type { SocketAddress } from '../sockets/address.ts';
import type { Served } from './apps/catalog.ts';
import type { BalancePolicy } from './balance/policies.ts';
import type { TransportName } from './transport.ts';

/** What a server is asked to do. Plain data: it crosses to threads and child processes. */
export interface ServerSpec extends Served {
  readonly transport: TransportName;
  /** IP address to bind. */
  readonly host: string;
  /** Port to bind; 0 lets the kernel choose. */
  readonly port: number;
  /** Several sockets, one for each of the processes that serve, share the port: SO_REUSEPORT, socket(7). */
  readonly sharedPort?: SharedPort;
  /** The process has a link to others of its server, under HUB_FD of rooms/hub.ts: those of an app that needs a room. */
  readonly linked?: boolean;
  /** For models that balance; without it they do as they do by default. */
  readonly balance?: BalancePolicy;
}

/** `open` for the first socket on the port, which must be free; `join` for the others. */
export type SharedPort = 'open' | 'join';

/** A server that is bound and ready: whatever takes its next client runs, its code is loaded, and it is about to wait. */
export interface RunningServer {
  readonly address: SocketAddress;
  /** Stops accepting, ends open connections, and resolves when all is released; within 1.5 s. Never rejects. */
  close(): Promise<void>;
}

/**
 * One way to divide connections over threads, processes and readiness events. A model never knows what it serves.
 *
 * Every model keeps these promises, which the conformance suite checks on real sockets:
 * a client that stops reading does not grow the server's memory without bound, be the reply endless; a half-closed
 * stream is answered to the end before FIN; a conversation that the app ends is delivered to the end, and what the client
 * still sends provokes no reset that would destroy it; a reset hurts no other connection; closing takes no longer than
 * {@link RunningServer.close} says.
 */
export interface ServerModel {
  /**
   * @param workerEnded is called when a thread or process of the running server ends by itself. Default: a line on
   * stderr.
   * @throws {SystemError} EADDRINUSE and the like. @throws {UnavailableError} where the platform lacks something.
   */
  start(spec: ServerSpec, workerEnded?: WorkerEnded): Promise<RunningServer>;
}

/**
 * Reports a thread or process of a server that ended although the server did not end it.
 * @param how which one, and how it ended, such as `worker process 1234 was killed by SIGKILL`.
 */
export type WorkerEnded = (how: string) => void;
