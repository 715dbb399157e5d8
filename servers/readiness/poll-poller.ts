import { PollSet } from '../../sockets/polling/poll.ts';
import type { Poller } from './poller.ts';

/** Waits with poll(2): every wait passes all descriptors to the kernel, and looks through all of them. */
export class PollPoller implements Poller {
  readonly #set = new PollSet();
  /** Index of each descriptor's entry in the set. */
  readonly #places: number[] = [];
  readonly #ready: number[] = [];

  add(fd: number, events: number): void {
    this.#places[fd] = this.#set.add(fd, events);
  }

  change(fd: number, events: number): void {
    this.#set.setEvents(this.#places[fd] as number, events);
  }

  remove(fd: number): void {
    const place = this.#places[fd] as number;
    this.#set.removeAt(place);
    // The last entry has moved into its place.
    if (place < this.#set.count) this.#places[this.#set.fdAt(place)] = place;
  }

  wait(timeoutMs: number): number {
    const set = this.#set;
    const ready = set.wait(timeoutMs);
    let found = 0;
    for (let i = set.count - 1; i >= 0 && found < ready; i--) {
      if (set.reventsAt(i) !== 0) this.#ready[found++] = set.fdAt(i);
    }
    return found;
  }

  readyAt(i: number): number {
    return this.#ready[i] as number;
  }

  free(): void {
    this.#set.free();
  }
}
