import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { GATHERING_GAP_NANOS } from '../arrivals/gathering.ts';
import type { ProtocolNote } from '../protocols/protocol.ts';
import type { Workload } from '../workload.ts';

/**
 * How often a thread with its own CPUs polls for events before it sleeps: about as long as sleeping and waking take.
 * Otherwise the server would have to wake it, and that costs the server 8 % of its datagrams/s.
 */
const POLLS_BEFORE_SLEEP = 20;

/**
 * How long such a thread leaves sockets alone on which many datagrams are in flight, so that several replies can
 * gather. Taking them one by one contends with the server for the queue's lock, and cost 7 % of its datagrams/s.
 */
const GATHER_NANOS = 4_000;
/** Number of datagrams in flight on a socket from which gathering pays. */
const GATHER_FROM = 8;

/** A thread wakes this long before a request is due and spins for the rest: sleeping is not as exact. */
const AWAKE_BEFORE_DUE_NANOS = 20_000;

/**
 * When requests follow each other closely, a thread sleeps for this time, sends what has become due and takes the
 * replies that came: to wake for each took two to three times the CPU time of a request. At half of the closed loop's rate,
 * 97,000/s on a virtual machine, 50 µs made 1.29 times its CPU time for each request and a schedule lag of 182 µs (p99), 20 µs
 * made 1.48 times and 129 µs, 10 µs made 1.80 times and 76 µs. A halted CPU takes some 40 µs of that to wake.
 */
const GATHERING_NANOS = 20_000;

/** What a report says of {@link EventWait.gathered}. */
export const GATHERED: ProtocolNote = {
  code: 'arrivals-gathered',
  message:
    'requests that were due within some 20 µs were sent together, because a thread that wakes for each takes several times ' +
    'the CPU time: add --threads, or lower the rate, to send each when it is due',
};

/** Waits for the sockets of a generator thread. */
export class EventWait {
  /** CPU time spent spinning, in nanoseconds: the thread could have done more in it. */
  spunNanos = 0;
  /** Whether requests that were due at different times were sent together, because they followed each other closely. */
  gathered = false;
  readonly #epoll: Epoll;
  readonly #awake: boolean;
  readonly #gatherNanos: number;

  /**
   * @param awake whether the thread has its own CPUs, so that spinning takes CPU time from no other thread.
   * @param datagramsInFlight maximum on each socket; 0 for streams.
   */
  constructor(epoll: Epoll, awake: boolean, datagramsInFlight: number) {
    this.#epoll = epoll;
    this.#awake = awake;
    this.#gatherNanos = datagramsInFlight >= GATHER_FROM ? GATHER_NANOS : 0;
  }

  /** Waits as {@link Epoll.wait} does, but spins first where that pays. */
  wait(timeoutMs: number): number {
    const epoll = this.#epoll;
    if (!this.#awake) return epoll.wait(timeoutMs);
    let ready = this.#gatherNanos === 0 ? epoll.wait(0) : 0;
    if (ready !== 0) return ready;
    const begin = nowNanos();
    while (nowNanos() - begin < this.#gatherNanos);
    for (let polls = 0; ready === 0 && polls < POLLS_BEFORE_SLEEP; polls++) ready = epoll.wait(0);
    this.spunNanos += nowNanos() - begin;
    return ready === 0 ? epoll.wait(timeoutMs) : ready;
  }

  /**
   * Waits until a request is due on the monotonic clock, or until a socket is ready, or for `longestNanos`.
   * @returns as {@link Epoll.wait}; 0 may come early: call it again.
   */
  waitUntil(due: number, longestNanos: number): number {
    const epoll = this.#epoll;
    const begin = nowNanos();
    const left = Math.min(due - begin, longestNanos);
    if (left > AWAKE_BEFORE_DUE_NANOS) return epoll.waitNanos(left - AWAKE_BEFORE_DUE_NANOS);
    let ready = epoll.wait(0);
    while (ready === 0 && nowNanos() < begin + left) ready = epoll.wait(0);
    this.spunNanos += nowNanos() - begin;
    return ready;
  }

  /**
   * As {@link waitUntil}, for a workload that waits by itself and handles events when they come.
   * @param gapNanos mean time between requests.
   * @returns the time before the last events were handled.
   */
  exchangeUntil(workload: Pick<Workload, 'exchange'>, due: number, longestNanos: number, gapNanos: number): number {
    const begin = nowNanos();
    const left = Math.min(due - begin, longestNanos);
    if (gapNanos < GATHERING_GAP_NANOS) {
      this.gathered = true;
      return workload.exchange?.(Math.min(Math.max(left, GATHERING_NANOS), longestNanos), true) ?? begin;
    }
    if (left > AWAKE_BEFORE_DUE_NANOS) return workload.exchange?.(left - AWAKE_BEFORE_DUE_NANOS) ?? begin;
    let now = begin;
    do now = workload.exchange?.(0) ?? begin;
    while (now < begin + left);
    if (left > 0) this.spunNanos += nowNanos() - begin;
    return now;
  }
}
