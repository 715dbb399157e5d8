import { nowNanos } from '../../measure/clock.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Outstanding } from '../ledger/outstanding.ts';
import type { DropCause } from '../threads/counts.ts';
import type { DatagramContent } from './content.ts';
import { causeOfRefusal, type DatagramSockets } from './sockets.ts';

/** Takes datagrams to be sent, as {@link DatagramSockets} do. */
export type DatagramCarrier = Pick<DatagramSockets, 'send' | 'segments' | 'earlierErrno'>;

/**
 * Requests of datagram sockets: hands them to the kernel and gives them up. Only requests that the kernel has taken
 * count as sent and outstanding.
 */
export class DatagramRequests {
  readonly outstanding: Outstanding;
  /** True when a socket may have room for more requests than it has in flight. */
  freed = false;
  readonly #state: LoadState;
  readonly #sockets: DatagramSockets;
  readonly #carrier: DatagramCarrier;
  /** Whether each socket has its own place in the outbox. */
  readonly #ownPlaces: boolean;
  readonly #content: DatagramContent;
  /** When the requests in the outbox were due. */
  readonly #dues: Float64Array;
  #refusal = 0;

  /**
   * @param places how many requests the outbox holds.
   * @param ring sends each socket's requests from the socket's own place in the outbox. Default: `sockets` send, each
   *   from the beginning of the outbox.
   */
  constructor(
    state: LoadState,
    sockets: DatagramSockets,
    content: DatagramContent,
    outstanding: Outstanding,
    places: number,
    ring?: DatagramCarrier,
  ) {
    this.outstanding = outstanding;
    this.#state = state;
    this.#sockets = sockets;
    this.#carrier = ring ?? sockets;
    this.#ownPlaces = ring !== undefined;
    this.#content = content;
    this.#dues = new Float64Array(places);
  }

  /** Why the kernel did not take the first request that the last {@link send} left. */
  get refusal(): DropCause {
    return causeOfRefusal(this.#refusal);
  }

  /** Writes a new request, the i-th of those to be sent next. */
  prepare(i: number, s: number, dueNanos: number): void {
    const place = this.#ownPlaces ? s : i;
    this.#dues[place] = dueNanos;
    this.#content.write(place, s, (this.outstanding.next(s) + i) | 0);
  }

  /** Sends the first `count` requests of the outbox. @returns how many the kernel took: the first ones. */
  send(s: number, count: number, readyNanos: number): number {
    const now = nowNanos();
    const taken = this.#handOver(s, count);
    const state = this.#state;
    for (let i = 0; i < taken; i++) {
      const due = this.#dues[this.#ownPlaces ? s : i] as number;
      this.outstanding.push(s, due, readyNanos, now);
      state.began(s);
      if (state.timed) state.sent(due, readyNanos, now);
    }
    return taken;
  }

  /** Gives up a socket's requests that could be sent before `deadline`. */
  expire(s: number, deadline: number, now: number): void {
    const { outstanding } = this;
    while (outstanding.pending(s) > 0) {
      const oldest = outstanding.oldest(s);
      if (outstanding.ready(oldest) >= deadline) return;
      this.#state.timedOut(s, outstanding.due(oldest), now);
      outstanding.lose(s);
      this.freed = true;
    }
  }

  /** Drops a socket's only request, which the kernel did not take after all. */
  unsend(s: number, cause: DropCause): void {
    if (this.outstanding.pending(s) === 0) return;
    this.outstanding.takeOldest(s);
    this.#state.unsent(s, cause);
    this.freed = true;
  }

  /** Handles an ICMP error that the kernel reports, such as "port unreachable": it ends the oldest request. */
  refused(s: number, errno: number): void {
    this.#sockets.lastErrno = errno;
    this.#state.targets?.refused(s);
    if (this.outstanding.pending(s) === 0) return;
    this.outstanding.lose(s);
    this.#state.failed(s);
    this.freed = true;
  }

  #handOver(s: number, count: number): number {
    const carrier = this.#carrier;
    const content = this.#content;
    let from = 0;
    while (from < count) {
      const some = Math.min(count - from, carrier.segments);
      const place = this.#ownPlaces ? s : from;
      const length = some > 1 ? some * content.fixedSize : content.lengthAt(place);
      const sent = carrier.send(s, content.outbox, place * content.longestRequest, length);
      if (carrier.earlierErrno !== 0) this.refused(s, carrier.earlierErrno);
      if (sent < 0) {
        this.#refusal = -sent;
        return from;
      }
      from += some;
    }
    return count;
  }
}
