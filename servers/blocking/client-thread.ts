import type { Worker } from 'node:worker_threads';
import { close, SHUT_RDWR, shutdown } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { taskOf } from '../spawning/task.ts';
import { startThread } from '../spawning/thread.ts';
import type { WorkerWatch } from '../spawning/worker-watch.ts';
import type { Client, ClientWorker } from './client-workers.ts';
import type { Conversation } from './serve-client.ts';

const tasks = taskOf<typeof import('./serve-client.ts')>(new URL('./serve-client.js', import.meta.url));

/** A thread that serves one client after the other. */
export class ClientThread implements ClientWorker {
  readonly ended: Promise<void>;
  readonly #thread: Worker;
  readonly #room: SharedArrayBuffer | undefined;
  /** Socket of the current client, or -1. */
  #fd = -1;
  #served: ((goesOn: boolean) => void) | undefined;

  /** @param room memory that connects its clients with those of other threads, for an app that needs a room. */
  constructor(room: SharedArrayBuffer | undefined, watch: WorkerWatch) {
    this.#room = room;
    this.#thread = startThread(tasks('serveClientsOfThread', undefined));
    this.#thread.on('message', () => this.#finish(true));
    // A failed conversation ends for its own client only.
    watch.thread(this.#thread, `thread ${this.#thread.threadId} of a connection`, 'conversation');
    this.ended = new Promise((resolve) => {
      this.#thread.once('exit', () => {
        this.#finish(false);
        resolve();
      });
    });
  }

  serve({ fd, first }: Client, spec: ServerSpec): Promise<boolean> {
    this.#thread.postMessage({ fd, spec, first, room: this.#room } satisfies Conversation);
    this.#fd = fd;
    return new Promise((resolve) => {
      this.#served = resolve;
    });
  }

  dismiss(): void {
    this.#thread.postMessage(null);
  }

  end(): void {
    if (this.#fd >= 0) shutdown(this.#fd, SHUT_RDWR);
    this.dismiss();
  }

  /** Closes the socket. Not done in the thread: it may have failed to start, or an error may be about to end it. */
  #finish(goesOn: boolean): void {
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = -1;
    this.#served?.(goesOn);
    this.#served = undefined;
  }
}
