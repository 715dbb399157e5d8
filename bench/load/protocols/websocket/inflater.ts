import { BitReader } from './bit-reader.ts';
import { BlockCodes, COMPLETE, INCOMPLETE } from './block-codes.ts';
import { ComparedMessage } from './compared-message.ts';
import * as alphabets from './deflate-alphabets.ts';
import { codes } from './faults.ts';
import { MAX_CODE_BITS, MORE_BITS } from './huffman-code.ts';

const { END_OF_BLOCK, FIRST_LENGTH, LAST_DISTANCE, LAST_LENGTH } = alphabets;

// States: what is expected next.
const BLOCK = 0;
const STORED_LENGTH = 1;
const STORED_CHECK = 2;
const STORED = 3;
const CODES = 4;
const SYMBOL = 5;
const DISTANCE = 6;
const DISTANCE_EXTRA = 7;

// Flags:
/** This block is the last one of a DEFLATE stream, as its sender marked it. */
const FINAL = 1;
/** Such a block is complete. */
const ENDED = 2;
/** This block defines its codes. */
const DYNAMIC = 4;

const SAVED = 7;

/**
 * Inflates compressed messages (RFC 1951, RFC 7692 §7.2.2) in pieces cut anywhere, and compares each byte with the
 * expected message. Messages do not refer to earlier ones: server_no_context_takeover.
 */
export class Inflater {
  fault = 0;
  /** Maximum distance of back-references on each connection, in bytes; 0 where messages are not compressed. */
  readonly #windows: Uint16Array;
  readonly #codes: BlockCodes;
  readonly #saved: Int32Array;
  readonly #reader = new BitReader();
  readonly #message = new ComparedMessage();
  #state = BLOCK;
  #flags = 0;
  /** Number of bytes that are left of a stored block, or that a back-reference repeats. */
  #length = 0;
  /** Symbol of the distance of a back-reference. */
  #distance = 0;
  #literals = alphabets.fixedLiterals;
  #distances = alphabets.fixedDistances;

  constructor(connections: number) {
    this.#windows = new Uint16Array(connections);
    this.#codes = new BlockCodes(connections);
    this.#saved = new Int32Array(connections * SAVED);
  }

  /** Notes the server's window on a connection, as its base-2 logarithm, 8 to 15; 0 when it does not compress. */
  agree(c: number, windowBits: number): void {
    this.#windows[c] = windowBits === 0 ? 0 : 1 << windowBits;
  }

  /** Reports whether messages on a connection may be compressed. */
  agreed(c: number): boolean {
    return this.#windows[c] !== 0;
  }

  /** Starts a message. */
  start(c: number): void {
    // The state is BLOCK.
    this.#saved.fill(0, c * SAVED, (c + 1) * SAVED);
  }

  /**
   * Reads a piece of a compressed message, all of it, and compares it with the first `size` bytes of `message`.
   * @returns `end`; with a {@link fault}, the position of the byte with the last bit of what is wrong.
   */
  read(c: number, bytes: Uint8Array, at: number, end: number, message: Buffer, size: number): number {
    const reader = this.#reader;
    this.#load(c);
    reader.begin(bytes, at, end);
    this.#message.begin(message, size, this.#windows[c] as number);
    this.fault = 0;
    while (this.#step(c));
    this.#save(c);
    return this.fault === 0 ? end : reader.last;
  }

  /**
   * Ends a message of `size` bytes. Its sender removed the end of the last block, an empty stored one: the length 0
   * and its complement (RFC 7692 §7.2.1). @returns 0 or a fault.
   */
  finish(c: number, size: number): number {
    this.#load(c);
    if (this.#state !== STORED_LENGTH || this.#reader.count > 0) return codes.unfinishedBlock;
    return this.#message.position < size ? codes.shortMessage : 0;
  }

  /** @returns false when more bytes are needed, or with a fault. */
  #step(c: number): boolean {
    switch (this.#state) {
      case BLOCK:
        return this.#startBlock(c);
      case STORED_LENGTH:
      case STORED_CHECK:
        return this.#readStoredLength();
      case STORED:
        return this.#readStored();
      case CODES:
        return this.#readCodes(c);
      case SYMBOL:
        return this.#readSymbols();
      default:
        return this.#readDistance();
    }
  }

  #startBlock(c: number): boolean {
    const reader = this.#reader;
    if (!reader.has(3)) return false;
    const bits = reader.take(3);
    const ended = this.#flags & ENDED;
    // After a final block, only the removed empty block may follow: RFC 7692 §7.2.3.4.
    if (ended !== 0 && bits !== 0) return this.#fail(codes.afterFinal);
    this.#flags = ended | (bits & FINAL);
    switch (bits >> 1) {
      case alphabets.TYPE_STORED:
        reader.align();
        this.#state = STORED_LENGTH;
        return true;
      case alphabets.TYPE_FIXED:
        this.#useCodes();
        this.#state = SYMBOL;
        return true;
      case alphabets.TYPE_DYNAMIC:
        this.#flags |= DYNAMIC;
        this.#codes.start(c);
        this.#state = CODES;
        return true;
      default:
        return this.#fail(codes.badBlock);
    }
  }

  #readStoredLength(): boolean {
    const reader = this.#reader;
    if ((this.#flags & ENDED) !== 0 && reader.has(8)) {
      reader.take(8);
      return this.#fail(codes.afterFinal);
    }
    if (!reader.has(16)) return false;
    const word = reader.take(16);
    if (this.#state === STORED_LENGTH) {
      this.#length = word;
      this.#state = STORED_CHECK;
      return true;
    }
    if ((word ^ 0xffff) !== this.#length) return this.#fail(codes.badBlock);
    if (this.#length > this.#message.left) return this.#fail(codes.longMessage);
    // Both lengths are more bits than are ever held: the next byte is the first stored one.
    this.#state = STORED;
    if (this.#length === 0) this.#endBlock();
    return true;
  }

  #readStored(): boolean {
    const reader = this.#reader;
    const length = Math.min(this.#length, reader.end - reader.next);
    if (length === 0) return false;
    const equal = this.#message.stored(reader.bytes, reader.next, length);
    reader.next += equal < length ? equal + 1 : length;
    if (equal < length) return this.#fail(codes.otherBytes);
    this.#length -= length;
    if (this.#length === 0) this.#endBlock();
    return true;
  }

  #readCodes(c: number): boolean {
    const result = this.#codes.read(c, this.#reader);
    if (result === INCOMPLETE) return false;
    if (result !== COMPLETE) return this.#fail(codes.badCodes);
    this.#useCodes();
    this.#state = SYMBOL;
    return true;
  }

  /** Reads literals, up to the next symbol of another kind. The reader's state is in local variables, for speed. */
  #readSymbols(): boolean {
    const reader = this.#reader;
    const message = this.#message;
    const { table, mask } = this.#literals;
    const { bytes, end } = reader;
    const { bytes: expected, size } = message;
    let { next, held, count } = reader;
    let { position } = message;
    let entry = 0;
    let fault = 0;
    while (fault === 0) {
      while (count < MAX_CODE_BITS && next < end) {
        held |= (bytes[next++] as number) << count;
        count += 8;
      }
      entry = table[held & mask] as number;
      if (entry === 0 || (entry & 15) > count) entry = this.#literals.decode(held, count);
      if (entry === MORE_BITS || entry >= END_OF_BLOCK << 4) break;
      // As in BitReader.take.
      held = (held >>> (entry & 15)) | 0;
      count -= entry & 15;
      if (position === size) fault = codes.longMessage;
      else if (expected[position++] !== entry >> 4) fault = codes.otherBytes;
    }
    reader.next = next;
    reader.held = held;
    reader.count = count;
    message.position = position;
    this.fault = fault;
    return fault === 0 && entry !== MORE_BITS && this.#takeSymbol(entry);
  }

  /** Takes a symbol that is not a literal. */
  #takeSymbol(entry: number): boolean {
    const reader = this.#reader;
    const symbol = entry >> 4;
    if (symbol === END_OF_BLOCK || symbol > LAST_LENGTH) {
      reader.take(entry & 15);
      if (symbol > LAST_LENGTH) return this.#fail(codes.badSymbol);
      this.#endBlock();
      return true;
    }
    const extra = alphabets.lengthBits[symbol - FIRST_LENGTH] as number;
    if (!reader.has((entry & 15) + extra)) return false;
    reader.take(entry & 15);
    this.#length = (alphabets.lengthBases[symbol - FIRST_LENGTH] as number) + reader.take(extra);
    this.#state = DISTANCE;
    return true;
  }

  #readDistance(): boolean {
    const reader = this.#reader;
    if (this.#state === DISTANCE) {
      const entry = reader.peek(this.#distances);
      if (entry === MORE_BITS) return false;
      reader.take(entry & 15);
      this.#distance = entry >> 4;
      if (this.#distance > LAST_DISTANCE) return this.#fail(codes.badSymbol);
      this.#state = DISTANCE_EXTRA;
    }
    const extra = alphabets.distanceBits[this.#distance] as number;
    if (!reader.has(extra)) return false;
    const distance = (alphabets.distanceBases[this.#distance] as number) + reader.take(extra);
    this.#state = SYMBOL;
    this.fault = this.#message.repeated(this.#length, distance);
    return this.fault === 0;
  }

  #endBlock(): void {
    this.#state = BLOCK;
    if ((this.#flags & FINAL) === 0) return;
    this.#flags |= ENDED;
    this.#reader.align();
  }

  #fail(fault: number): boolean {
    this.fault = fault;
    return false;
  }

  /** Selects the codes of this block. */
  #useCodes(): void {
    const isDynamic = (this.#flags & DYNAMIC) !== 0;
    this.#literals = isDynamic ? this.#codes.literals : alphabets.fixedLiterals;
    this.#distances = isDynamic ? this.#codes.distances : alphabets.fixedDistances;
  }

  #save(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    saved[at] = this.#state;
    saved[at + 1] = this.#flags;
    saved[at + 2] = this.#length;
    saved[at + 3] = this.#distance;
    saved[at + 4] = this.#message.position;
    saved[at + 5] = this.#reader.held;
    saved[at + 6] = this.#reader.count;
  }

  #load(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    this.#state = saved[at] as number;
    this.#flags = saved[at + 1] as number;
    this.#length = saved[at + 2] as number;
    this.#distance = saved[at + 3] as number;
    this.#message.position = saved[at + 4] as number;
    this.#reader.held = saved[at + 5] as number;
    this.#reader.count = saved[at + 6] as number;
    if ((this.#flags & DYNAMIC) !== 0) this.#codes.restore(c);
    this.#useCodes();
  }
}
