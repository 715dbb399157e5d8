import { check, ENOSYS, EPERM } from '../errors/errno.ts';
import { checkWait } from '../errors/retry.ts';
import { libc, outcome } from '../libc.ts';
import { NativeMemory } from '../memory/memory.ts';
import { Parts } from '../memory/parts.ts';
import { close } from '../socket.ts';

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x010;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 0x80000000;

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;

// struct epoll_event is packed on x86-64 only: 12 bytes there, 16 elsewhere, epoll_event(3type).
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const DATA_WORD = process.arch === 'x64' ? 1 : 2;

/** An epoll(7) instance: reports which descriptors are ready, each under a number of the caller's choice. */
export class Epoll {
  readonly fd: number;
  readonly #events: NativeMemory;
  readonly #words: Uint32Array;
  readonly #change: NativeMemory;
  readonly #timeout: NativeMemory;
  readonly #capacity: number;
  /** False once the kernel has refused epoll_pwait2(2). */
  #exact = true;

  /**
   * @param capacity the most events that one {@link wait} can report.
   * @throws {SystemError}
   */
  constructor(capacity = 1024) {
    const made = libc().epoll_create1(EPOLL_CLOEXEC);
    this.fd = check(outcome(made), 'epoll_create1');
    this.#capacity = capacity;
    const parts = new Parts();
    parts.own({ close: () => close(this.fd) });
    try {
      this.#events = parts.own(new NativeMemory(capacity * EVENT_WORDS * 4));
      this.#change = parts.own(new NativeMemory(16));
      this.#timeout = parts.own(new NativeMemory(16));
    } catch (error) {
      parts.free();
      throw error;
    }
    this.#words = this.#events.uint32;
  }

  /** Watches `fd` for `events`, which are reported with `data` (an unsigned 32-bit number). @throws {SystemError} */
  add(fd: number, events: number, data: number): void {
    this.#control(EPOLL_CTL_ADD, fd, events, data);
  }

  /** Changes the events of a watched descriptor. @throws {SystemError} */
  modify(fd: number, events: number, data: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, data);
  }

  /** Stops watching a descriptor. Closing the last descriptor of a socket does the same. @throws {SystemError} */
  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /**
   * Waits for events: epoll_wait(2). `timeoutMs` -1 waits without limit.
   * @returns the number of ready descriptors; 0 also when a signal interrupted the wait.
   * @throws {SystemError} EBADF
   */
  wait(timeoutMs: number): number {
    const ready = libc().epoll_wait(this.fd, this.#events.address, this.#capacity, timeoutMs);
    return ready >= 0 ? ready : checkWait(outcome(ready), 'epoll_wait');
  }

  /**
   * Waits as {@link wait} does, to the nanosecond: epoll_pwait2(2). The thread's timer slack limits the precision. The
   * timeout is rounded down to milliseconds where the C library (glibc before 2.35) or the kernel (Linux before 5.11)
   * lacks the call, or a sandbox forbids it.
   */
  waitNanos(nanos: number): number {
    const { epoll_pwait2 } = libc();
    if (epoll_pwait2 === undefined || !this.#exact) return this.wait(Math.floor(nanos / 1e6));
    const seconds = Math.floor(nanos / 1e9);
    this.#timeout.setUint64(0, seconds);
    this.#timeout.setUint64(8, nanos - seconds * 1e9);
    const ready = outcome(epoll_pwait2(this.fd, this.#events.address, this.#capacity, this.#timeout.address, 0));
    if (ready !== -ENOSYS && ready !== -EPERM) return checkWait(ready, 'epoll_wait');
    // The call will not become available later.
    this.#exact = false;
    return this.waitNanos(nanos);
  }

  /** Returns the events for which the i-th ready descriptor is ready. */
  eventsAt(i: number): number {
    return this.#words[i * EVENT_WORDS] as number;
  }

  /** Returns the number under which the i-th ready descriptor was added. */
  dataAt(i: number): number {
    return this.#words[i * EVENT_WORDS + DATA_WORD] as number;
  }

  /** Closes the epoll instance and frees its memory. */
  close(): void {
    close(this.fd);
    this.#events.free();
    this.#change.free();
    this.#timeout.free();
  }

  #control(operation: number, fd: number, events: number, data: number): void {
    const change = this.#change.uint32;
    change[0] = events;
    change[DATA_WORD] = data;
    const status = libc().epoll_ctl(this.fd, operation, fd, this.#change.address);
    check(outcome(status), 'epoll_ctl');
  }
}
