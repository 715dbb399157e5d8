import { close } from '../sockets/socket.ts';
import type { FirstDatagram } from './blocking.ts';
import type { ServerSpec } from './contract.ts';
import { type IdleWorker, IdleWorkers } from './idle-workers.ts';

/** Who is to be served: the listener thread's news. Plain data. */
export interface Client {
  /** A TCP connection, or a UDP socket connected to one peer; whoever serves the client closes it. */
  readonly fd: number;
  /** Over UDP, with what and from whom the conversation began. */
  readonly first: FirstDatagram | undefined;
}

/** A thread or a process that serves clients, one at a time. */
export interface Conversant extends IdleWorker {
  /** Resolves when the thread or process has ended. */
  readonly ended: Promise<void>;
  /**
   * Serves a client by a spec of its own, and owns its socket unless it throws. Resolves when the client has been served
   * and its socket is closed: true when this can serve another, false when it has ended.
   * @throws {SystemError} when it can't be given the client.
   */
  serve(client: Client, spec: ServerSpec): Promise<boolean>;
  /** Ends at once, in the middle of a conversation or not. */
  end(): void;
}

/**
 * How long a client waits for another's end before a thread or a process is started for it, in milliseconds. A client that
 * has its reply and connects anew is mostly here before the news that its last thread is idle; without this each would be
 * given a second one. It is little beside what starting one takes (30 ms of CPU and more).
 */
const GRACE_MS = 2;

/** The threads or processes of a concurrent server: one for each client, used again while clients come. */
export class Conversants {
  readonly #start: () => Conversant;
  readonly #all = new Set<Conversant>();
  readonly #idle = new IdleWorkers<Conversant>();
  /** Clients that wait for {@link GRACE_MS}; the first is the one that came first. */
  readonly #waiting = new Set<(conversant: Conversant | undefined) => void>();
  #busy = 0;
  #over = false;

  /** @param start begins a thread or a process. It may throw when there is none to be had. */
  constructor(start: () => Conversant) {
    this.#start = start;
  }

  /**
   * Gives a client to the one that became idle last, or to a new one. Resolves when it has been served; at once, when all
   * have been ended.
   * @throws {SystemError} when no thread or process is to be had; the client's socket is still open then.
   */
  async serve(client: Client, spec: ServerSpec): Promise<void> {
    const idle = this.#idle.take() ?? (this.#busy > 0 ? await this.#nextIdle() : undefined);
    if (this.#over) return void close(client.fd);
    const conversant = idle ?? this.#begin();
    this.#busy++;
    try {
      if (await conversant.serve(client, spec)) this.#rest(conversant);
    } catch (error) {
      conversant.end();
      throw error;
    } finally {
      this.#busy--;
    }
  }

  /** Ends all. Resolves when they have ended. */
  async end(): Promise<void> {
    this.#over = true;
    for (const resolve of this.#waiting) resolve(undefined);
    this.#idle.close();
    for (const conversant of this.#all) conversant.end();
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  #begin(): Conversant {
    const conversant = this.#start();
    this.#all.add(conversant);
    conversant.ended.then(() => {
      this.#all.delete(conversant);
      this.#idle.delete(conversant);
    });
    return conversant;
  }

  /** One that becomes idle within {@link GRACE_MS}; undefined when none does. */
  #nextIdle(): Promise<Conversant | undefined> {
    return new Promise((resolve) => {
      const settle = (conversant: Conversant | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(conversant);
      };
      const timer = setTimeout(settle, GRACE_MS, undefined);
      this.#waiting.add(settle);
    });
  }

  #rest(conversant: Conversant): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#idle.add(conversant);
    else first(conversant);
  }
}
