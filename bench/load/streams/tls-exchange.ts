import { ECONNRESET, EPROTO } from '../../../sockets/errors/errno.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { CLOSED, ESTABLISHED, FAILED, HANDSHAKING } from '../channels/channel.ts';
import type { TlsChannel } from '../channels/tls.ts';
import { OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import { EpollExchange, inboxBytes } from './epoll-exchange.ts';
import { outboxBytes } from './outbox.ts';

/** Requests and replies over TLS. A connection makes its handshake before the protocol begins. */
export class TlsExchange extends EpollExchange {
  readonly #channel: TlsChannel;

  constructor(
    assignment: Assignment,
    state: LoadState,
    epoll: Epoll,
    protocol: ClientProtocol,
    makeChannel: (longestWire: number, longestPlain: number) => TlsChannel,
  ) {
    const channel = makeChannel(inboxBytes(assignment, protocol), outboxBytes(protocol, assignment.point.pipelining));
    super(assignment, state, epoll, protocol, channel);
    this.#channel = channel;
  }

  override close(): void {
    for (let c = 0; c < this.table.count; c++) {
      this.leave(c);
      if (this.table.phase(c) === OPEN) this.disconnect(c);
    }
    super.close();
    this.#channel.free();
  }

  protected override established(c: number): boolean {
    super.established(c);
    this.#channel.begin(c);
    const errno = this.#sendPending(c);
    if (errno !== 0) this.broken(c, errno);
    return false;
  }

  protected override received(c: number, length: number): boolean {
    const channel = this.#channel;
    const { memory, arrivedNanos } = this.inbox;
    const wasHandshaking = channel.state(c) === HANDSHAKING;
    const plain = channel.open(c, memory, 0, length);
    const errno = this.#sendPending(c);
    const state = channel.state(c);
    // After a failure these bytes are an alert, which the server may not take any more: the failure is what counts.
    if (errno !== 0 && state !== FAILED) {
      this.broken(c, errno);
      return false;
    }
    if (wasHandshaking && state === ESTABLISHED) {
      this.state.handshaken(this.sockets.sinceEstablished(c));
      this.begin(c);
    }
    if (plain > 0 && !this.replies.read(c, channel.inbox.bytes, 0, plain, arrivedNanos)) return false;
    if (state === FAILED) this.#failed(c);
    else if (state === CLOSED) this.ended(c, 0);
    return state !== FAILED && state !== CLOSED;
  }

  protected override ended(c: number, errno: number): void {
    if (errno === 0) this.#channel.finish(c);
    if (this.#channel.state(c) === FAILED) this.#failed(c);
    else super.ended(c, errno);
  }

  protected override disconnect(c: number): void {
    // All that carried requests are closed in an orderly way, unless they failed.
    const length = this.table.phase(c) === OPEN ? this.#channel.close(c) : 0;
    if (length > 0) this.sender.sendBytes(c, this.#channel.outbox, this.#channel.outAt, length);
    this.#channel.end(c);
    super.disconnect(c);
  }

  /** Handles a channel that is unusable. A request in flight has failed. */
  #failed(c: number): void {
    const { fault, faultText } = this.#channel;
    // That a server leaves out the end of an idle connection harms nobody.
    if (fault !== 'truncated' || this.table.awaited(c) > 0) this.state.badReplies.channelFailed(faultText);
    this.broken(c, fault === 'truncated' ? ECONNRESET : EPROTO);
  }

  #sendPending(c: number): number {
    const length = this.#channel.pending(c);
    return length > 0 ? this.sender.sendBytes(c, this.#channel.outbox, this.#channel.outAt, length) : 0;
  }
}
