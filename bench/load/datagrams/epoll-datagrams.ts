import { DatagramBatch } from '../../../sockets/batch.ts';
import { EAGAIN } from '../../../sockets/errors/errno.ts';
import { datagramRetry } from '../../../sockets/errors/retry.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { MSG_DONTWAIT } from '../../../sockets/socket.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { Outstanding } from '../ledger/outstanding.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import { DatagramExchange } from './exchange.ts';
import { makeContent } from './make-content.ts';
import { DatagramRequests } from './requests.ts';
import { DatagramSockets } from './sockets.ts';

/** At a rate, the maximum number of replies that one call receives. */
const OPEN_BATCH = 64;

/** Requests and replies over UDP by epoll(7): a call receives or sends many datagrams of a socket. */
export class EpollDatagrams extends DatagramExchange {
  readonly #batch: DatagramBatch;

  constructor(assignment: Assignment, state: LoadState, epoll: Epoll, protocol: ClientProtocol) {
    const { connections, pipelining } = assignment.point;
    const outstanding = new Outstanding(connections);
    const content = makeContent(assignment, protocol, state, outstanding, pipelining);
    const withTimestamps = state.kernelClock !== undefined;
    const sockets = new DatagramSockets(assignment, epoll, content.fixedSize, withTimestamps, state.targets);
    const requests = new DatagramRequests(state, sockets, content, outstanding, pipelining);
    super(assignment, state, { sockets, content, requests });
    // A slot is longer than a reply, so that one that is too long is detected.
    const batch = this.isOpenLoop ? Math.max(pipelining, OPEN_BATCH) : pipelining;
    this.#batch = new DatagramBatch(batch, content.longestReply + 8, { withTimestamps });
  }

  ready(s: number): void {
    const batch = this.#batch;
    const received = batch.receive(this.sockets.fd(s), MSG_DONTWAIT);
    if (received < 0) {
      if (received !== -EAGAIN && datagramRetry(received, 'recvmmsg') === 'now') this.requests.refused(s, -received);
      return;
    }
    const now = nowNanos();
    let answers = 0;
    for (let i = 0; i < received; i++) {
      const at = i * batch.slotSize;
      if (this.take(s, batch.data, at, batch.receivedLength(i), this.#arrivedAt(i), now)) answers++;
    }
    if (answers > 0 && this.state.flowing && !this.isOpenLoop) this.askSoon(s, answers, now);
  }

  override close(): void {
    super.close();
    this.#batch.free();
  }

  /** Returns when the datagram in slot i arrived; 0 when not known. */
  #arrivedAt(i: number): number {
    const clock = this.state.kernelClock;
    const seconds = this.#batch.stampSeconds(i);
    return clock === undefined || seconds === 0 ? 0 : clock.monotonic(seconds, this.#batch.stampNanos(i));
  }
}
