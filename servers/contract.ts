import type { SocketAddress } from '../sockets/address.ts';
import type { Operator } from './apps/app.ts';
import type { BalancePolicy } from './balance/policies.ts';
import type { Served } from './served.ts';
import type { TransportName } from './transport.ts';

/** What to serve, and where. Plain data: it crosses to threads and child processes. */
export interface ServerSpec extends Served {
  readonly transport: TransportName;
  /** IP address to bind. */
  readonly host: string;
  /** Port to bind; 0 lets the kernel choose. */
  readonly port: number;
  /** Set when several processes share the port, each with its own socket: SO_REUSEPORT, socket(7). */
  readonly sharedPort?: SharedPort;
  /** Whether the process has a link to the other processes of its server (HUB_FD of rooms/hub.ts): apps with a room. */
  readonly linked?: boolean;
  /** For models that balance. Default: the model's own policy. */
  readonly balance?: BalancePolicy;
}

/** `open` for the first socket on the port, which must be free; `join` for the others. */
export type SharedPort = 'open' | 'join';

/** A server that is bound and ready: what takes its next client runs, has loaded its code, and is about to wait. */
export interface RunningServer {
  readonly address: SocketAddress;
  /** Stops accepting, ends open connections, and resolves when all is released, within 1.5 s. Never rejects. */
  close(): Promise<void>;
}

/**
 * One way to divide connections over threads, processes and readiness events. A model never knows what it serves.
 *
 * Every model keeps these promises, which the conformance suite checks on real sockets:
 * - A client that stops reading does not grow the server's memory without bound, even if the reply is endless.
 * - A half-closed stream is answered completely before FIN.
 * - A conversation that the app ends is delivered completely. Later input of the client provokes no reset, which would
 *   destroy it.
 * - A reset hurts no other connection.
 * - Closing takes no longer than {@link RunningServer.close} promises.
 */
export interface ServerModel {
  /**
   * @param workerEnded is called when a thread or process of the running server ends by itself. Default: writes a line
   * to stderr.
   * @param operator the person at the terminal, for models with the capability `terminal`, which give it to the app.
   * @throws {SystemError} EADDRINUSE and the like.
   * @throws {UnavailableError} where the platform lacks something.
   */
  start(spec: ServerSpec, workerEnded?: WorkerEnded, operator?: Operator): Promise<RunningServer>;
}

/**
 * Reports a thread or process of a server that ended although the server did not end it.
 * @param how which one, and how it ended, such as `worker process 1234 was killed by SIGKILL`.
 */
export type WorkerEnded = (how: string) => void;
