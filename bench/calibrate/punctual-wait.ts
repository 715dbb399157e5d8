import type { Epoll } from '../../sockets/epoll.ts';
import { nowNanos } from '../measure/clock.ts';

/** The last moment before something is due is spent awake: sleeping is not as exact. */
const AWAKE_NANOS = 30_000;
/** Longest sleep, so that the word to stop is heard. */
const MAX_SLEEP_NANOS = 20e6;

/**
 * Waits until sockets are ready, or something is due, to the microsecond.
 * @param due in monotonic nanoseconds; Infinity when there is nothing.
 * @returns how many sockets are ready: 0 when it is time, or may be.
 */
export function waitUntil(epoll: Epoll, due: number): number {
  const left = due - nowNanos();
  if (left > AWAKE_NANOS) return epoll.waitNanos(Math.min(left - AWAKE_NANOS, MAX_SLEEP_NANOS));
  let ready = epoll.wait(0);
  while (ready === 0 && nowNanos() < due) ready = epoll.wait(0);
  return ready;
}
