import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { MAX_SEQUENCE } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import type { Outstanding } from '../ledger/outstanding.ts';
import { type ClientProtocol, COMPLETE, CORRUPT, LAST, REFUSED, REFUSED_LAST } from '../protocols/protocol.ts';
import { ANSWER, type DatagramContent, type DatagramFinding, REFUSAL, UNREADABLE } from './content.ts';

/** Longest reply: the largest datagram that IPv4 carries. */
const LONGEST_REPLY = 65_507;

/**
 * Datagrams of any protocol: a request, and its reply, is one datagram. A reply answers the oldest request in flight on
 * its socket for which it is a correct one.
 */
export class ProtocolDatagrams implements DatagramContent {
  sequence = 0;
  readonly fixedSize = 0;
  readonly longestRequest: number;
  readonly longestReply: number;
  readonly outbox: NativeMemory;
  readonly #protocol: ClientProtocol;
  readonly #outstanding: Outstanding;
  readonly #state: Pick<LoadState, 'badReplies'>;
  readonly #lengths: Int32Array;

  /** @param batch how many requests the outbox holds. */
  constructor(protocol: ClientProtocol, batch: number, outstanding: Outstanding, state: Pick<LoadState, 'badReplies'>) {
    this.#protocol = protocol;
    this.#outstanding = outstanding;
    this.#state = state;
    this.longestRequest = protocol.longestRequest;
    this.longestReply = Math.min(LONGEST_REPLY, protocol.usualReply ?? LONGEST_REPLY);
    this.outbox = new NativeMemory(protocol.longestRequest * batch);
    this.#lengths = new Int32Array(batch);
  }

  write(i: number, s: number, sequence: number): void {
    const at = i * this.longestRequest;
    this.#lengths[i] = this.#protocol.encode(s, sequence & MAX_SEQUENCE, this.outbox.bytes, at);
  }

  lengthAt(i: number): number {
    return this.#lengths[i] as number;
  }

  read(s: number, data: NativeMemory, at: number, length: number): DatagramFinding {
    const protocol = this.#protocol;
    const outstanding = this.#outstanding;
    const end = at + length;
    let next = at;
    for (let place = outstanding.oldest(s); place >= 0; place = outstanding.after(place)) {
      this.sequence = outstanding.sequence(place);
      protocol.reset(s);
      next = protocol.consume(s, this.sequence & MAX_SEQUENCE, data.bytes, at, end);
      const { event } = protocol;
      if (next === end && (event === COMPLETE || event === LAST)) return ANSWER;
      if (next === end && (event === REFUSED || event === REFUSED_LAST)) {
        this.#state.badReplies.refused(protocol, s);
        return REFUSAL;
      }
    }
    if (protocol.event === CORRUPT) this.#state.badReplies.corrupted(protocol, data.bytes, at, end, next);
    return UNREADABLE;
  }

  isOwn(): boolean {
    return false;
  }

  free(): void {
    this.outbox.free();
  }
}
