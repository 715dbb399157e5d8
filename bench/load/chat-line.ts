/**
 * What a line of a measured chat looks like: who says it and which of his it is, each a number of 8 hexadecimal digits,
 * then filling, and the newline. A line that only calls, so that others know to be in the room, is another one.
 */
const DIGITS = 8;
const NEWLINE = 0x0a;
const FILLING = 0x2e;
const CALLING = 0x3f;

/** A line that calls. */
export const CALL = Uint8Array.of(CALLING, NEWLINE);

/** Writes a line of `size` bytes. */
export function writeLine(bytes: Uint8Array, at: number, size: number, speaker: number, number: number): void {
  writeNumber(bytes, at, speaker);
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

/** What {@link LineReaders.read} has found. */
export const NOTHING_WHOLE = 0;
export const LINE = 1;
export const CALLED = 2;
export const GARBAGE = 3;

/** Reads lines of one size from several connections, whose bytes come cut anywhere. */
export class LineReaders {
  /** Who said the last {@link LINE}, and which of his it is. */
  speaker = 0;
  number = 0;
  /** Where the bytes go on behind what was found. */
  next = 0;
  readonly #size: number;
  // Of the line that each connection is in the middle of: bytes so far, the numbers, and whether it is garbage.
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

  /** A connection begins anew. */
  reset(c: number): void {
    this.#lengths[c] = 0;
    this.#speakers[c] = 0;
    this.#numbers[c] = 0;
    this.#faults[c] = 0;
  }

  /** Reads a connection's bytes from `at` on, to the end of a line at most. @returns what it was. */
  read(c: number, bytes: Uint8Array, at: number, end: number): number {
    let length = this.#lengths[c] as number;
    let speaker = this.#speakers[c] as number;
    let number = this.#numbers[c] as number;
    let fault = this.#faults[c] as number;
    for (let i = at; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === NEWLINE) {
        this.next = i + 1;
        this.reset(c);
        this.speaker = speaker;
        this.number = number;
        return this.#kindOf(length, fault);
      }
      if (length >= 2 * DIGITS) {
        if (byte !== FILLING) fault = byte;
      } else {
        const digit = digitOf(byte);
        if (digit < 0) fault = byte;
        if (length < DIGITS) speaker = (speaker << 4) | (digit & 15);
        else number = (number << 4) | (digit & 15);
      }
      length++;
    }
    this.next = end;
    this.#lengths[c] = length;
    this.#speakers[c] = speaker;
    this.#numbers[c] = number;
    this.#faults[c] = fault;
    return NOTHING_WHOLE;
  }

  #kindOf(length: number, fault: number): number {
    if (fault === 0) return length === this.#size - 1 ? LINE : GARBAGE;
    return length === 1 && fault === CALLING ? CALLED : GARBAGE;
  }
}

/** The value of a hexadecimal digit; -1 for what is none. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
}
