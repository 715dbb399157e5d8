import { ENOMEM } from '../errors/errno.ts';
import { checkWait } from '../errors/retry.ts';
import { libc, outcome } from '../libc.ts';
import { checkIndex, NativeMemory } from '../memory/memory.ts';

export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLHUP = 0x010;

/** Pause in milliseconds when the kernel has no memory for the set. */
const SHORTAGE_MS = 10;

/** The descriptors of a poll(2) call: a dense array of struct pollfd that grows as needed, with entries by index. */
export class PollSet {
  #memory = new NativeMemory(64 * 8);
  readonly #timeout = new NativeMemory(16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Appends a descriptor. @returns its index, which {@link removeAt} of another entry may change. */
  add(fd: number, events: number): number {
    if ((this.#count + 1) * 8 > this.#memory.size) this.#grow();
    const index = this.#count++;
    this.#memory.int32[index * 2] = fd;
    this.setEvents(index, events);
    return index;
  }

  /** Removes an entry by moving the last one into its place. */
  removeAt(index: number): void {
    checkIndex(index, this.#count, 'entry of a poll set');
    const last = --this.#count;
    const words = this.#memory.int32;
    words[index * 2] = words[last * 2] as number;
    words[index * 2 + 1] = words[last * 2 + 1] as number;
  }

  fdAt(index: number): number {
    return this.#memory.int32[index * 2] as number;
  }

  /** Sets the events to wait for, and clears the events of the last {@link wait}. */
  setEvents(index: number, events: number): void {
    checkIndex(index, this.#count, 'entry of a poll set');
    this.#memory.int32[index * 2 + 1] = events & 0xffff;
  }

  /** Returns the events for which the last {@link wait} found the entry ready. */
  reventsAt(index: number): number {
    return (this.#memory.int32[index * 2 + 1] as number) >>> 16;
  }

  /**
   * Waits for events: poll(2), or for a fraction of a millisecond ppoll(2), whose precision the thread's timer slack
   * limits. `timeoutMs` -1 waits without limit. An invalid descriptor is ready at once, with POLLNVAL.
   * @returns the number of ready entries; 0 also when a signal interrupted the wait.
   * @throws {SystemError} EINVAL
   */
  wait(timeoutMs: number): number {
    if (!Number.isInteger(timeoutMs)) return this.#waitExactly(timeoutMs);
    const ready = libc().poll(this.#memory.address, this.#count, timeoutMs);
    return ready >= 0 ? ready : this.#failed(outcome(ready));
  }

  free(): void {
    this.#memory.free();
    this.#timeout.free();
  }

  #waitExactly(timeoutMs: number): number {
    const seconds = Math.floor(timeoutMs / 1000);
    this.#timeout.setUint64(0, seconds);
    this.#timeout.setUint64(8, Math.floor((timeoutMs - seconds * 1000) * 1e6));
    const ready = libc().ppoll(this.#memory.address, this.#count, this.#timeout.address, 0);
    return ready >= 0 ? ready : this.#failed(outcome(ready));
  }

  #failed(result: number): number {
    // Sleep: an empty poll needs no memory.
    if (result === -ENOMEM) libc().poll(0, 0, SHORTAGE_MS);
    return checkWait(result, 'poll');
  }

  #grow(): void {
    const larger = new NativeMemory(this.#memory.size * 2);
    larger.bytes.set(this.#memory.bytes);
    this.#memory.free();
    this.#memory = larger;
  }
}
