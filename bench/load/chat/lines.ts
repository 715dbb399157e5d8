/**
 * Format of the lines of a measured chat. A line consists of its sender and its number among that sender's lines, 8
 * hexadecimal digits each, then filling, then a newline. A call is another kind of line: it carries no message and only
 * lets other connections learn that they are in the room.
 */
const DIGITS = 8;
const NEWLINE = 0x0a;
const FILLING = 0x2e;
const CALLING = 0x3f;

/** A call. */
export const CALL = Uint8Array.of(CALLING, NEWLINE);

/** Writes a line of `size` bytes, newline included. */
export function writeLine(bytes: Uint8Array, at: number, size: number, sender: number, number: number): void {
  writeNumber(bytes, at, sender);
  writeNumber(bytes, at + DIGITS, number);
  bytes.fill(FILLING, at + 2 * DIGITS, at + size - 1);
  bytes[at + size - 1] = NEWLINE;
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < DIGITS; i++) {
    const digit = (value >>> (4 * (DIGITS - 1 - i))) & 15;
    bytes[at + i] = digit < 10 ? 0x30 + digit : 0x57 + digit;
  }
}

/** Results of {@link LineReaders.read}. */
export const NOTHING_WHOLE = 0;
export const LINE = 1;
export const CALLED = 2;
export const GARBAGE = 3;

/** Reads lines of one size from several connections; a read may end anywhere within a line. */
export class LineReaders {
  /** Sender of the last {@link LINE}, and its number among that sender's lines. */
  sender = 0;
  number = 0;
  /** Offset of the first byte after what was read. */
  next = 0;
  readonly #size: number;
  // The partial line of each connection: bytes so far, the two numbers, and 0 or the byte that does not belong to a
  // line.
  readonly #lengths: Int32Array;
  readonly #speakers: Int32Array;
  readonly #numbers: Int32Array;
  readonly #faults: Uint8Array;

  constructor(connections: number, size: number) {
    this.#size = size;
    this.#lengths = new Int32Array(connections);
    this.#speakers = new Int32Array(connections);
    this.#numbers = new Int32Array(connections);
    this.#faults = new Uint8Array(connections);
  }

  /** Discards a connection's partial line. */
  reset(c: number): void {
    this.#lengths[c] = 0;
    this.#speakers[c] = 0;
    this.#numbers[c] = 0;
    this.#faults[c] = 0;
  }

  /**
   * Reads a connection's bytes from `at`, up to the end of the first line. @returns the kind of line, or {@link
   * NOTHING_WHOLE}.
   */
  read(c: number, bytes: Uint8Array, at: number, end: number): number {
    let length = this.#lengths[c] as number;
    let sender = this.#speakers[c] as number;
    let number = this.#numbers[c] as number;
    let fault = this.#faults[c] as number;
    for (let i = at; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === NEWLINE) {
        this.next = i + 1;
        this.reset(c);
        this.sender = sender;
        this.number = number;
        return this.#kindOf(length, fault);
      }
      if (length >= 2 * DIGITS) {
        if (byte !== FILLING) fault = byte;
      } else {
        const digit = digitOf(byte);
        if (digit < 0) fault = byte;
        if (length < DIGITS) sender = (sender << 4) | (digit & 15);
        else number = (number << 4) | (digit & 15);
      }
      length++;
    }
    this.next = end;
    this.#lengths[c] = length;
    this.#speakers[c] = sender;
    this.#numbers[c] = number;
    this.#faults[c] = fault;
    return NOTHING_WHOLE;
  }

  #kindOf(length: number, fault: number): number {
    if (fault === 0) return length === this.#size - 1 ? LINE : GARBAGE;
    return length === 1 && fault === CALLING ? CALLED : GARBAGE;
  }
}

/** Returns the value of a hexadecimal digit, or -1 for another byte. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
}
