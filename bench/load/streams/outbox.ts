import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { MAX_SEQUENCE } from '../ledger/connection-table.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';

/** Number of bytes of requests from which one call sends no further request. */
const FULL_BYTES = 65_536;

/** Returns the maximum number of bytes of requests that lie side by side. @param depth see {@link Outbox}. */
export function outboxBytes({ longestRequest }: ClientProtocol, depth: number): number {
  return longestRequest * capacityFor(longestRequest, depth);
}

function capacityFor(longestRequest: number, depth: number): number {
  return Math.max(1, Math.min(depth, Math.floor(FULL_BYTES / Math.max(1, longestRequest))));
}

/** Memory in which the requests of one connection at a time lie side by side, so that one call sends several. */
export class Outbox {
  readonly memory: NativeMemory;
  readonly #protocol: ClientProtocol;
  readonly #capacity: number;
  /** End of each request in the memory, after a 0. */
  readonly #ends: Int32Array;
  /** The requests in the memory, unless all are the same: those of a connection from a sequence number on. */
  #connection = -1;
  #first = 0;
  #count = 0;

  /** @param depth maximum number of requests in flight on a connection. */
  constructor(protocol: ClientProtocol, depth: number) {
    this.#protocol = protocol;
    this.#capacity = capacityFor(protocol.longestRequest, depth);
    this.memory = new NativeMemory(protocol.longestRequest * this.#capacity);
    this.#ends = new Int32Array(this.#capacity + 1);
    // Requests of one length are written once and then changed in their place.
    if (protocol.sameRequest || protocol.change !== undefined) this.#encode(0, 0, this.#capacity);
  }

  /**
   * Writes up to `wanted` requests, from the one of sequence number `first` on.
   * @param again whether they may be the requests of the last call, which then need not be written.
   * @returns their number.
   */
  fill(c: number, first: number, wanted: number, again: boolean): number {
    const count = Math.min(wanted, this.#capacity);
    const protocol = this.#protocol;
    if (protocol.sameRequest) return count;
    if (again && this.#connection === c && this.#first === first && this.#count >= count) return count;
    if (protocol.change === undefined) {
      this.#encode(c, first, count);
    } else {
      const { bytes } = this.memory;
      for (let i = 0; i < count; i++) protocol.change(c, (first + i) & MAX_SEQUENCE, bytes, this.bytesOf(i));
    }
    this.#connection = c;
    this.#first = first;
    this.#count = count;
    return count;
  }

  /** Returns the number of bytes of the first `requests` requests. */
  bytesOf(requests: number): number {
    return this.#ends[requests] as number;
  }

  /** Returns how many of the first `requests` requests are complete within the first `bytes` bytes. */
  completeWithin(bytes: number, requests: number): number {
    let complete = requests;
    while (complete > 0 && this.bytesOf(complete) > bytes) complete--;
    return complete;
  }

  #encode(c: number, first: number, count: number): void {
    let at = 0;
    for (let i = 0; i < count; i++) {
      at += this.#protocol.encode(c, (first + i) & MAX_SEQUENCE, this.memory.bytes, at);
      this.#ends[i + 1] = at;
    }
  }
}
