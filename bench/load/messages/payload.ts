import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';

/**
 * Length of the header at the start of a request: a mark, then the request's sequence number on its connection, 4 bytes
 * each, little-endian. The mark combines the connection's number and the sequence number, so that damage to either is
 * detected.
 */
export const HEADER_BYTES = 8;

/** 2^32 divided by the golden ratio: multiplying by it spreads neighbouring numbers far apart (Knuth, TAOCP 6.4). */
const SPREAD = 0x9e3779b1;

/** Up to this size a loop over doubles is faster than memcmp(3), whose call costs 30 ns. */
const INLINE_COMPARE_BYTES = 128;

/**
 * Content of requests: a header that is unique to the request, then random letters. The letters do not repeat, so a
 * reply with bytes lost, added or moved does not match. A request is cut to its size; below 8 bytes the header is cut
 * too.
 */
export class Payload {
  readonly size: number;
  /** `messages` requests in a row, so that one call can send several. */
  readonly outbox: NativeMemory;
  readonly #messages: number;

  /** @param streamKey determines the letters: a shorter request's letters are a prefix of a longer one's. */
  constructor(size: number, messages: number, streamKey: StreamKey) {
    this.size = size;
    this.#messages = messages;
    this.outbox = new NativeMemory(size * messages + HEADER_BYTES);
    const random = streamOf('payload', streamKey);
    const letters = Uint8Array.from({ length: size }, () => 97 + Math.floor(random() * 26));
    for (let i = 0; i < messages; i++) this.outbox.bytes.set(letters, i * size);
  }

  /** How many requests the outbox holds. */
  get capacity(): number {
    return this.#messages;
  }

  /** Writes the header of a request into place `index` of the outbox. */
  address(index: number, connection: number, sequence: number): void {
    const at = index * this.size;
    if ((at & 3) === 0 && this.size >= HEADER_BYTES) {
      const words = this.outbox.int32;
      words[at >> 2] = mark(connection, sequence);
      words[(at >> 2) + 1] = sequence;
      return;
    }
    const end = Math.min(this.size, HEADER_BYTES);
    for (let i = 0; i < end; i++) this.outbox.bytes[at + i] = headerByte(i, connection, sequence);
  }

  /**
   * Reports whether the `length` bytes at `offset` of `inbox` equal bytes `from` to `from + length` of the reply to a
   * request. Every byte is compared.
   */
  matches(
    inbox: NativeMemory,
    offset: number,
    from: number,
    length: number,
    connection: number,
    sequence: number,
  ): boolean {
    if (from === 0 && length >= HEADER_BYTES && (offset & 3) === 0) {
      const words = inbox.int32;
      if (words[offset >> 2] !== mark(connection, sequence) || words[(offset >> 2) + 1] !== sequence) return false;
      return this.#bodyMatches(inbox, offset + HEADER_BYTES, HEADER_BYTES, length - HEADER_BYTES);
    }
    const headerEnd = Math.min(from + length, HEADER_BYTES);
    let at = from;
    for (; at < headerEnd; at++) {
      if (inbox.bytes[offset + at - from] !== headerByte(at, connection, sequence)) return false;
    }
    return this.#bodyMatches(inbox, offset + at - from, at, from + length - at);
  }

  free(): void {
    this.outbox.free();
  }

  #bodyMatches(inbox: NativeMemory, offset: number, from: number, length: number): boolean {
    if (length <= 0) return true;
    if (length > INLINE_COMPARE_BYTES || ((offset | from | length) & 7) !== 0) {
      return inbox.equals(offset, this.outbox, from, length);
    }
    // As doubles: eight bytes a step. Letters make neither NaN nor zero, so equal doubles are equal bytes.
    const got = inbox.float64;
    const expected = this.outbox.float64;
    const end = (from + length) >> 3;
    const shift = (offset - from) >> 3;
    for (let i = from >> 3; i < end; i++) if (got[i + shift] !== expected[i]) return false;
    return true;
  }
}

/**
 * Returns the number of the connection that a complete request in memory came from. @param at byte offset, a multiple
 * of 4.
 */
export function requestConnection(memory: NativeMemory, at: number): number {
  return (memory.int32[at >> 2] as number) ^ Math.imul(requestSequence(memory, at), SPREAD);
}

/** Returns the sequence number of such a request on its connection. */
export function requestSequence(memory: NativeMemory, at: number): number {
  return memory.int32[(at >> 2) + 1] as number;
}

function mark(connection: number, sequence: number): number {
  return connection ^ Math.imul(sequence, SPREAD);
}

function headerByte(i: number, connection: number, sequence: number): number {
  return ((i < 4 ? mark(connection, sequence) : sequence) >>> ((i & 3) * 8)) & 0xff;
}
