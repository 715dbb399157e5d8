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
  /** Path of the Unix-domain socket to bind, in place of host and port: for the transport `unix`. */
  readonly path?: string;
  /** Set when several processes share the port, each with its own socket: SO_REUSEPORT, socket(7). */
  readonly sharedPort?: SharedPort;
  /** Whether the process has a link to the other processes of its server (HUB_FD of rooms/hub.ts): apps with a room. */
  readonly linked?: boolean;
  /** For models that balance. Default: the model's own policy. */
  readonly balance?: BalancePolicy;
  /** Number of threads, for models with a fixed pool of them. Default: the model's own. */
  readonly poolThreads?: number;
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
 * These are its duties. docs/architecture.md names the test of each, which runs on every model over real sockets.
 *
 * Starting:
 * - `address`: it binds the host and port of the spec, or its path. A port in use is EADDRINUSE, also where a socket
 *   option would allow to share it. listening/socket-file.ts does this for paths, and removes their files.
 * - `ready`: {@link ServerModel.start} resolves when the server can serve at once: see {@link RunningServer}.
 * - `failed-start`: when it rejects, it leaves no thread, process or socket.
 *
 * Stopping:
 * - `close`: as {@link RunningServer.close} specifies, for any behaviour of its clients.
 * - `orphans`: its threads and processes end with it, also when it or its parent is killed.
 * - `workers`: a thread or process that ends unexpectedly is reported to {@link WorkerEnded}.
 * - `leaks`: clients that have left leave nothing behind, and an idle server does nothing.
 *
 * Streams:
 * - `bytes`: each client gets its own replies, complete and in order, for any division of the bytes into pieces.
 * - `backpressure`: a client that stops reading does not grow the server's memory without bound, even if the reply is
 *   endless. It gets everything when it reads again.
 * - `half-close`: a client that has sent FIN is answered completely before the server's FIN.
 * - `lingering-close`: a conversation that the app ends is delivered completely. Later input of the client provokes no
 *   reset, which would destroy it.
 * - `session-end`: after its end a session receives nothing, and nothing is sent for it.
 * - `resets`: a reset affects no other connection.
 * - `delays`: output is held back for the time that the app asks for, and no client waits for the delay of another,
 *   unless the model blocks.
 * - `time-limits`: clients that exceed a limit of the app (`App.checkEveryMs`, `App.http`) are ended.
 *
 * Datagrams:
 * - `datagrams`: each is answered once, to its sender, with the right content, over IPv4 or IPv6.
 *
 * Apps:
 * - `seeds`: random decisions are those of the spec's `streamKey`. Each of several threads, processes or connections
 *   has its own streams: see `ofSeveral`.
 * - `rooms`: with the capability `room`, a client's lines reach all others once, in one order, also from other threads
 *   and processes.
 * - `capabilities`: it carries each app whose needs are among what it `can`, over each transport that both have.
 */
export interface ServerModel {
  /**
   * @param workerEnded is called when a thread or process of the running server ends unexpectedly. Default: writes a
   *   line to stderr.
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
