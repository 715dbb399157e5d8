import { Epoll } from '../../sockets/polling/epoll.ts';
import type { Poller } from './poller.ts';

/** Waits with epoll(7): the kernel keeps the descriptors, and reports only those that are ready. */
export class EpollPoller implements Poller {
  readonly #epoll = new Epoll();

  add(fd: number, events: number): void {
    this.#epoll.add(fd, events, fd);
  }

  change(fd: number, events: number): void {
    this.#epoll.modify(fd, events, fd);
  }

  remove(): void {
    // Closing a socket's only descriptor removes it from the set.
  }

  wait(timeoutMs: number): number {
    return timeoutMs <= 0 ? this.#epoll.wait(timeoutMs) : this.#epoll.waitNanos(timeoutMs * 1e6);
  }

  readyAt(i: number): number {
    return this.#epoll.dataAt(i);
  }

  free(): void {
    this.#epoll.close();
  }
}
