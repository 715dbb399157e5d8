import { close } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { type IdleWorker, IdleWorkers } from '../spawning/idle-workers.ts';
import type { FirstDatagram } from './datagrams.ts';

/** A client to be served, as the listener thread reports it. Plain data. */
export interface Client {
  /** A TCP connection, or a UDP socket connected to one peer. The code that serves the client closes it. */
  readonly fd: number;
  /** Over UDP, the datagram that began the conversation, and its sender. */
  readonly first: FirstDatagram | undefined;
}

/** A thread or a process that serves clients, one at a time. */
export interface ClientWorker extends IdleWorker {
  /** Resolves when the thread or process has ended. */
  readonly ended: Promise<void>;
  /**
   * Serves a client by its spec, and owns its socket unless it throws. Resolves when the client has been served and its
   * socket is closed: to true when this can serve another client, to false when it has ended.
   * @throws {SystemError} when the client can't be passed to it.
   */
  serve(client: Client, spec: ServerSpec): Promise<boolean>;
  /** Ends at once, even during a conversation. */
  end(): void;
}

/**
 * How long a client waits for another conversation to end before a new thread or process is started, in milliseconds. A
 * client that has its reply and reconnects mostly arrives before its last thread is reported idle. Without this wait it
 * would get a second thread. Starting one costs far more (30 ms of CPU and more).
 */
const GRACE_MS = 2;

/** The threads or processes of a concurrent server: one for each client, reused while clients come. */
export class ClientWorkers {
  readonly #start: () => ClientWorker;
  readonly #all = new Set<ClientWorker>();
  readonly #idle = new IdleWorkers<ClientWorker>();
  /** Clients that wait for up to {@link GRACE_MS}, in order of arrival. */
  readonly #waiting = new Set<(clientWorker: ClientWorker | undefined) => void>();
  #busy = 0;
  #over = false;

  /** @param start starts a thread or a process. It may throw when none is available. */
  constructor(start: () => ClientWorker) {
    this.#start = start;
  }

  /**
   * Gives a client to the thread or process that became idle last, or to a new one. Resolves when it has been served.
   * After {@link end} it closes the client's socket and resolves.
   * @throws {SystemError} when no thread or process is available. The client's socket is still open then.
   */
  async serve(client: Client, spec: ServerSpec): Promise<void> {
    const idle = this.#idle.take() ?? (this.#busy > 0 ? await this.#nextIdle() : undefined);
    if (this.#over) return void close(client.fd);
    const clientWorker = idle ?? this.#begin();
    this.#busy++;
    try {
      if (await clientWorker.serve(client, spec)) this.#rest(clientWorker);
    } catch (error) {
      clientWorker.end();
      throw error;
    } finally {
      this.#busy--;
    }
  }

  /** Ends all of them. Resolves when they have ended. */
  async end(): Promise<void> {
    this.#over = true;
    for (const resolve of this.#waiting) resolve(undefined);
    this.#idle.close();
    for (const clientWorker of this.#all) clientWorker.end();
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  #begin(): ClientWorker {
    const clientWorker = this.#start();
    this.#all.add(clientWorker);
    clientWorker.ended.then(() => {
      this.#all.delete(clientWorker);
      this.#idle.delete(clientWorker);
    });
    return clientWorker;
  }

  /** Resolves to one that becomes idle within {@link GRACE_MS}, or undefined. */
  #nextIdle(): Promise<ClientWorker | undefined> {
    return new Promise((resolve) => {
      const settle = (clientWorker: ClientWorker | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(clientWorker);
      };
      const timer = setTimeout(settle, GRACE_MS, undefined);
      this.#waiting.add(settle);
    });
  }

  #rest(clientWorker: ClientWorker): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#idle.add(clientWorker);
    else first(clientWorker);
  }
}
