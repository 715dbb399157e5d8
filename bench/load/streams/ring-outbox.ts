import { NativeMemory } from '../../../sockets/memory/memory.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';

/**
 * Memory for one request of each connection. A request stays in its connection's place until it is answered, because
 * the kernel may still read it. Where all requests are the same, one copy serves all connections.
 */
export class RingOutbox {
  readonly memory: NativeMemory;
  readonly #protocol: ClientProtocol;
  /** Distance between the places of two connections: 0 for a single copy. */
  readonly #stride: number;
  /** Length of all requests, if they are the same or only change in their place. */
  readonly #length: number;

  constructor(connections: number, protocol: ClientProtocol) {
    this.#protocol = protocol;
    this.#stride = protocol.sameRequest ? 0 : strideOf(protocol);
    this.memory = new NativeMemory(Math.max(strideOf(protocol), this.#stride * connections));
    const places = protocol.sameRequest ? 1 : protocol.change === undefined ? 0 : connections;
    let length = 0;
    for (let c = 0; c < places; c++) length = protocol.encode(c, 0, this.memory.bytes, c * this.#stride);
    this.#length = length;
  }

  /** Number of bytes that the requests of a number of connections take. */
  static sizeFor(connections: number, protocol: ClientProtocol): number {
    return strideOf(protocol) * (protocol.sameRequest ? 1 : connections);
  }

  /** Returns where a connection's request begins. */
  offset(c: number): number {
    return c * this.#stride;
  }

  /** Writes a connection's request. @param sequence from 0 to 2^31 - 1. @returns its length. */
  write(c: number, sequence: number): number {
    const protocol = this.#protocol;
    if (protocol.sameRequest) return this.#length;
    const at = c * this.#stride;
    if (protocol.change === undefined) return protocol.encode(c, sequence, this.memory.bytes, at);
    protocol.change(c, sequence, this.memory.bytes, at);
    return this.#length;
  }

  free(): void {
    this.memory.free();
  }
}

/** Requests begin at multiples of 8: that is faster to write. */
function strideOf({ longestRequest }: ClientProtocol): number {
  return Math.ceil(longestRequest / 8) * 8;
}
