import { nowNanos } from '../../measure/clock.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { Outstanding } from '../ledger/outstanding.ts';
import type { MessageSize } from '../messages/message-size.ts';
import { Payload } from '../messages/payload.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import { causeOfRefusal, type DatagramSockets } from './sockets.ts';

/** Properties of the requests of a thread's sockets. */
export interface DatagramShape {
  readonly size: MessageSize;
  /** Maximum number of requests that one call of {@link DatagramRequests.send} may send. */
  readonly batch: number;
  /** Number of the first socket among those of all threads. It identifies requests. */
  readonly firstConnection: number;
  /** Determines the bytes of requests: {@link Assignment.streamKey}. */
  readonly streamKey: Assignment['streamKey'];
}

/**
 * Requests of datagram sockets: hands them to the kernel and gives them up. Only requests that the kernel has taken
 * count as sent and outstanding.
 */
export class DatagramRequests {
  readonly payload: Payload;
  readonly outstanding: Outstanding;
  /** True when a socket may have room for more requests than it has in flight. */
  freed = false;
  readonly #state: LoadState;
  readonly #sockets: DatagramSockets;
  readonly #size: MessageSize;
  readonly #firstConnection: number;
  /** When the requests in the outbox were due. */
  readonly #dues: Float64Array;
  #refusal = 0;

  constructor(state: LoadState, sockets: DatagramSockets, { size, batch, firstConnection, streamKey }: DatagramShape) {
    this.payload = new Payload(size.largest, batch, streamKey);
    this.outstanding = new Outstanding(sockets.count);
    this.#state = state;
    this.#sockets = sockets;
    this.#size = size;
    this.#firstConnection = firstConnection;
    this.#dues = new Float64Array(batch);
  }

  /** Why the kernel did not take the first request that the last {@link send} left. */
  get refusal(): DropCause {
    return causeOfRefusal(this.#refusal);
  }

  /** Writes a new request, the i-th of those to be sent next. */
  prepare(i: number, s: number, dueNanos: number): void {
    this.#dues[i] = dueNanos;
    this.payload.address(i, this.#firstConnection + s, (this.outstanding.next(s) + i) | 0);
  }

  /** Sends the first `count` requests of the outbox. @returns how many the kernel took: the first ones. */
  send(s: number, count: number, readyNanos: number): number {
    const now = nowNanos();
    const taken = this.#handOver(s, count);
    const state = this.#state;
    for (let i = 0; i < taken; i++) {
      const due = this.#dues[i] as number;
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
    const sockets = this.#sockets;
    const first = this.outstanding.next(s);
    let from = 0;
    while (from < count) {
      const some = Math.min(count - from, sockets.segments);
      const length = some > 1 ? some * this.#size.fixed : this.#size.of(this.#firstConnection + s, (first + from) | 0);
      const sent = sockets.send(s, this.payload.outbox, from * this.#size.largest, length);
      if (sockets.earlierErrno !== 0) this.refused(s, sockets.earlierErrno);
      if (sent < 0) {
        this.#refusal = -sent;
        return from;
      }
      from += some;
    }
    return count;
  }
}
