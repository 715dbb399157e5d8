import { nowNanos } from '../../measure/clock.ts';
import { type ConnectionTable, GREETING, MAX_SEQUENCE, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import {
  CLOSE,
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  type ProtocolEvent,
  READY,
  REFUSED,
  RESPOND,
} from '../protocols/protocol.ts';

/** What can come of received bytes. Any of these may close the connection. */
export interface RequestOutcomes {
  /** The greeting is complete: the first request can be sent. */
  usable(c: number): void;
  /** The greeting is refused, or wrong. */
  refuseGreeting(c: number): void;
  /** The oldest request is answered as expected. @param arrivedNanos when the kernel had the reply; 0: not known. */
  complete(c: number, bytes: number, arrivedNanos: number, now: number): void;
  /** The oldest request is refused. */
  refuse(c: number, now: number): void;
  /** Wrong bytes came. @param isReply whether they answer the oldest request; otherwise they answer none. */
  corrupt(c: number, isReply: boolean): void;
  /** The server waits for an answer out of turn. @returns whether the connection is still the same. */
  respond(c: number): boolean;
  /** The server closes the connection. */
  closing(c: number): void;
}

const NO_BYTES = new Uint8Array(0);

/** Reads replies: passes received bytes to the protocol, and its events on. */
export class ReplyReader {
  readonly #protocol: ClientProtocol;
  readonly #table: ConnectionTable;
  readonly #state: LoadState;
  readonly #outcomes: RequestOutcomes;

  constructor(protocol: ClientProtocol, table: ConnectionTable, state: LoadState, outcomes: RequestOutcomes) {
    this.#protocol = protocol;
    this.#table = table;
    this.#state = state;
    this.#outcomes = outcomes;
  }

  /**
   * Handles bytes that were received on a connection, from `at` to `end`.
   * @param arrivedNanos when the kernel received them; 0 when not known.
   * @returns whether the connection's socket may be read further.
   */
  read(c: number, bytes: Uint8Array, at: number, end: number, arrivedNanos: number): boolean {
    const protocol = this.#protocol;
    const table = this.#table;
    const now = nowNanos();
    for (let next = at; next < end; ) {
      const isOpen = table.phase(c) === OPEN;
      if (!isOpen && table.phase(c) !== GREETING) {
        // A short connection was closed after its reply: further bytes answer nothing.
        this.#state.counts.unsolicited++;
        return false;
      }
      const sequence = isOpen && table.expectsReply(c) ? table.oldest(c) & MAX_SEQUENCE : NO_REQUEST;
      next = protocol.consume(c, sequence, bytes, next, end);
      const { event } = protocol;
      if (event === COMPLETE) {
        this.#outcomes.complete(c, protocol.replyBytes, arrivedNanos, now);
      } else if (event === CORRUPT) {
        this.#state.badReplies.corrupted(protocol, bytes, at, end, next);
        if (isOpen) this.#outcomes.corrupt(c, sequence !== NO_REQUEST);
        else this.#outcomes.refuseGreeting(c);
        return false;
      } else if (event !== MORE && !this.#handle(c, event, arrivedNanos, now)) return false;
    }
    return table.phase(c) === OPEN || table.phase(c) === GREETING;
  }

  /** Handles the peer's FIN. @returns false when it ends no reply: the connection has just ended. */
  finish(c: number): boolean {
    const protocol = this.#protocol;
    const table = this.#table;
    if (protocol.finish === undefined || table.phase(c) !== OPEN || !table.expectsReply(c)) return false;
    protocol.finish(c, table.oldest(c) & MAX_SEQUENCE);
    const { event } = protocol;
    if (event === CORRUPT) this.#state.badReplies.corrupted(protocol, NO_BYTES, 0, 0, 0);
    if (event === CORRUPT || event === MORE) return false;
    this.#handle(c, event, 0, nowNanos());
    return true;
  }

  /** Handles events that are rare. @returns whether the connection's socket may be read further. */
  #handle(c: number, event: ProtocolEvent, arrivedNanos: number, now: number): boolean {
    const outcomes = this.#outcomes;
    const table = this.#table;
    if (event === RESPOND) return outcomes.respond(c);
    if (event === CLOSE) {
      if (outcomes.respond(c)) outcomes.closing(c);
      return false;
    }
    if (event === READY) outcomes.usable(c);
    else if (event === LAST) outcomes.complete(c, this.#protocol.replyBytes, arrivedNanos, now);
    else this.#refuse(c, now);
    if (event === READY || event === REFUSED) return table.phase(c) === OPEN;
    // A connection for one request is closed already.
    if (table.phase(c) === OPEN) outcomes.closing(c);
    return false;
  }

  #refuse(c: number, now: number): void {
    this.#state.badReplies.refused(this.#protocol, c);
    if (this.#table.phase(c) === GREETING) this.#outcomes.refuseGreeting(c);
    else this.#outcomes.refuse(c, now);
  }
}
