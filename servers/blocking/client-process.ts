import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { sendDescriptors, socketPair } from '../../sockets/descriptor-passing.ts';
import { check, EPIPE } from '../../sockets/errors/errno.ts';
import { close } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import type { Hub } from '../rooms/hub.ts';
import { startProcess } from '../spawning/child-task.ts';
import { killChild } from '../spawning/kill-child.ts';
import type { Task } from '../spawning/task.ts';
import type { WorkerWatch } from '../spawning/worker-watch.ts';
import type { Client, ClientWorker } from './client-workers.ts';
import type { PassedConversation } from './serve-client.ts';

/** A process that serves one client after the other. Clients pass to it over a control socket. */
export class ClientProcess implements ClientWorker {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #hub: Hub | undefined;
  /**
   * This end of the control socket. Descriptors are sent over the fd; Node reads it through `#control`, which owns it.
   */
  readonly #controlFd: number;
  readonly #control: Socket;
  #served: ((goesOn: boolean) => void) | undefined;

  /**
   * @param task runs {@link serveClientsOfProcess}.
   * @param hub connects its clients with those of other processes, for an app that needs a room.
   * @throws {SystemError} EMFILE and the like.
   */
  constructor(task: Task, hub: Hub | undefined, watch: WorkerWatch) {
    this.#hub = hub;
    const [ours, theirs] = socketPair();
    this.#controlFd = ours;
    this.#control = new Socket({ fd: ours, readable: true, writable: true });
    // The child sends one byte for each client that it has served.
    this.#control.on('data', () => this.#finish(true));
    // The child's end closes the socket. The exit event of the child reports that.
    this.#control.on('error', () => undefined);
    try {
      this.#child = startProcess(task, theirs);
    } catch (error) {
      this.#control.destroy();
      throw error;
    } finally {
      close(theirs);
    }
    watch.process(this.#child, 'process of a connection', 'conversation');
    this.ended = this.#untilEnded();
  }

  serve(client: Client, spec: ServerSpec): Promise<boolean> {
    this.#pass(client, spec);
    // The child has its own copy. While this one is open, closing that copy sends no FIN.
    close(client.fd);
    return new Promise((resolve) => {
      this.#served = resolve;
    });
  }

  dismiss(): void {
    this.#control.destroy();
  }

  end(): void {
    killChild(this.#child, 'SIGKILL');
  }

  #pass({ fd, first }: Client, spec: ServerSpec): void {
    const passed: PassedConversation = { spec, first };
    const bytes = Buffer.from(JSON.stringify(passed));
    const link = this.#hub?.open();
    try {
      const fds = link === undefined ? [fd] : [fd, link];
      check(this.#control.destroyed ? -EPIPE : sendDescriptors(this.#controlFd, bytes, fds), 'sendmsg');
    } finally {
      if (link !== undefined) close(link);
    }
  }

  #untilEnded(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#control.destroy();
        this.#finish(false);
        resolve();
      };
      this.#child.once('exit', end);
      // Out of processes (EAGAIN) or memory: only this client is not served.
      this.#child.once('error', (error) => {
        process.emitWarning(error);
        end();
      });
    });
  }

  #finish(goesOn: boolean): void {
    this.#served?.(goesOn);
    this.#served = undefined;
  }
}
