/**
 * Waits for readiness of descriptors, level-triggered. A thread uses a single implementation, so that the calls of its
 * loop stay monomorphic. Events are those of poll(2), POLLIN and POLLOUT; epoll(7) has the same numbers.
 */
export interface Poller {
  /** Watches a descriptor for `events`; for 0, only errors and hang-ups are reported. @throws {SystemError} */
  add(fd: number, events: number): void;
  /** Changes the events of a watched descriptor. @throws {SystemError} */
  change(fd: number, events: number): void;
  /** Stops watching a descriptor, which the caller closes next. */
  remove(fd: number): void;
  /**
   * Waits until a descriptor is ready. `timeoutMs` may have a fraction; -1 waits without limit.
   * @returns the number of ready descriptors; 0 also when a signal interrupted the wait.
   * @throws {SystemError} when it can't wait any more.
   */
  wait(timeoutMs: number): number;
  /** Returns the i-th descriptor that the last {@link wait} found ready. Each occurs once. */
  readyAt(i: number): number;
  /** Releases everything but the descriptors. */
  free(): void;
}
