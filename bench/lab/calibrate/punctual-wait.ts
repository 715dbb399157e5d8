import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';

/** The last part of a wait is spent polling, because sleeping is less exact. */
const AWAKE_NANOS = 30_000;
/** Longest sleep, so that a stop request is noticed in time. */
const MAX_SLEEP_NANOS = 20e6;

/**
 * Waits until sockets are ready or an item is due, exact to the microsecond.
 * @param due in monotonic nanoseconds; Infinity when there is nothing.
 * @returns the number of ready sockets; 0 when the item is due or may be.
 */
export function waitUntil(epoll: Epoll, due: number): number {
  const left = due - nowNanos();
  if (left > AWAKE_NANOS) return epoll.waitNanos(Math.min(left - AWAKE_NANOS, MAX_SLEEP_NANOS));
  let ready = epoll.wait(0);
  while (ready === 0 && nowNanos() < due) ready = epoll.wait(0);
  return ready;
}
