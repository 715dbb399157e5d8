import type { EchoContent } from '../echo-content.ts';
import type { ControlFrames } from './control-frames.ts';
import { codes } from './faults.ts';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  PING,
  PONG,
  RESERVED,
  RSV1,
  SMALLEST_16,
  SMALLEST_64,
  TEXT,
} from './frame.ts';
import type { Inflater } from './inflater.ts';

// States: what is expected next.
const FIRST = 0;
const SECOND = 1;
const LENGTH = 2;
const PAYLOAD = 3;

// Results of read().
export const NOTHING = 0;
export const MESSAGE = 1;
export const PINGED = 2;
export const CLOSED = 3;

const SAVED = 10;

/** The message that the server must echo. */
export interface ExpectedMessage {
  size: number;
  connection: number;
  /** Below 0 when no message is expected. */
  sequence: number;
}

/** Parses the frames of a server, and compares messages with requests: RFC 6455 §5, RFC 7692 §6. */
export class MessageParser {
  fault = 0;
  /** Number of bytes of the current message so far, including frame headers. */
  bytes = 0;
  /** Result of the last call of {@link read}. */
  reached = NOTHING;
  readonly expected: ExpectedMessage = { size: 0, connection: 0, sequence: -1 };
  readonly #content: EchoContent;
  readonly #control: ControlFrames;
  readonly #inflater: Inflater | undefined;
  readonly #opcodeOfMessages: number;
  readonly #saved: Float64Array;
  #state = FIRST;
  #opcode = 0;
  #final = false;
  #length = 0;
  /** Number of remaining bytes of the extended length, then of the payload. */
  #left = 0;
  /** The smallest length that may be encoded in the form of this one. */
  #smallest = 0;
  /** True between the first and the last frame of a message. */
  #fragmented = false;
  #compressed = false;
  /** Number of payload bytes of the message so far, unless it is compressed. */
  #received = 0;

  /** @param inflater inflates compressed messages. Default: none are allowed. */
  constructor(connections: number, opcode: number, content: EchoContent, control: ControlFrames, inflater?: Inflater) {
    this.#opcodeOfMessages = opcode;
    this.#content = content;
    this.#control = control;
    this.#inflater = inflater;
    this.#saved = new Float64Array(connections * SAVED);
  }

  reset(c: number): void {
    this.#saved[c * SAVED] = 0;
  }

  /** Returns the number of received bytes of an incomplete message or control frame. */
  received(c: number): number {
    return this.#saved[c * SAVED] as number;
  }

  /** Reads bytes, up to the end of a message or a control frame. @returns the position where it stopped. */
  read(c: number, bytes: Uint8Array, at: number, end: number): number {
    this.fault = 0;
    this.reached = NOTHING;
    const whole = this.#saved[c * SAVED] === 0 ? this.#readWhole(bytes, at, end) : 0;
    if (whole > 0) return at + whole;
    this.#load(c);
    let from = at - this.bytes;
    let next = at;
    while (next < end && this.reached === NOTHING && this.fault === 0) {
      next = this.#step(c, bytes, next, end);
      // A pong between messages is not part of the next one.
      if (this.#isBetween && this.reached === NOTHING) from = next;
    }
    this.bytes = next - from;
    this.#save(c);
    if (this.#isBetween) this.#saved[c * SAVED] = 0;
    return next;
  }

  /** Compares a complete message in one frame. @returns its length including the frame header; 0 for anything else. */
  #readWhole(bytes: Uint8Array, at: number, end: number): number {
    const { size, connection, sequence } = this.expected;
    const head = size < SMALLEST_16 ? 2 : 4;
    if (sequence < 0 || size >= SMALLEST_64 || end - at < head + size) return 0;
    if (bytes[at] !== (FIN | this.#opcodeOfMessages)) return 0;
    if (head === 2) {
      if (bytes[at + 1] !== size) return 0;
    } else if (bytes[at + 1] !== LENGTH_16 || bytes[at + 2] !== size >> 8 || bytes[at + 3] !== (size & 0xff)) {
      return 0;
    }
    if (this.#content.equal(bytes, at + head, 0, size, connection, sequence) < size) return 0;
    this.reached = MESSAGE;
    this.bytes = head + size;
    return this.bytes;
  }

  #step(c: number, bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case FIRST:
        this.fault = this.#takeFirst(c, bytes[at] as number);
        break;
      case SECOND:
        this.fault = this.#takeSecond(c, bytes[at] as number);
        break;
      case LENGTH:
        this.fault = this.#takeLength(c, bytes[at] as number);
        break;
      default:
        return this.#readPayload(c, bytes, at, end);
    }
    return this.fault === 0 ? at + 1 : at;
  }

  /** True between messages, when no frame is incomplete. */
  get #isBetween(): boolean {
    return this.#state === FIRST && !this.#fragmented;
  }

  get #isControl(): boolean {
    return this.#opcode >= CLOSE;
  }

  #takeFirst(c: number, byte: number): number {
    this.#opcode = byte & 0xf;
    this.#final = (byte & FIN) !== 0;
    this.#state = SECOND;
    if ((byte & RESERVED) !== 0 && !this.#mayBeCompressed(c, byte)) return codes.reservedBits;
    switch (this.#opcode) {
      case CONTINUATION:
        return this.#fragmented ? 0 : codes.strayContinuation;
      case TEXT:
      case BINARY:
        if (this.#fragmented) return codes.interrupted;
        if (this.expected.sequence < 0) return codes.unsolicited;
        this.#received = 0;
        this.#compressed = (byte & RSV1) !== 0;
        if (this.#compressed) this.#inflater?.start(c);
        this.#fragmented = true;
        return this.#opcode === this.#opcodeOfMessages ? 0 : codes.otherType;
      case CLOSE:
      case PING:
      case PONG:
        this.#control.start(c, this.#opcode);
        return this.#final ? 0 : codes.fragmentedControl;
      default:
        return codes.reservedOpcode;
    }
  }

  /** Reports whether the reserved bits of a frame are those of a compressed message. */
  #mayBeCompressed(c: number, byte: number): boolean {
    const isMessage = this.#opcode === TEXT || this.#opcode === BINARY;
    return (byte & RESERVED) === RSV1 && isMessage && this.#inflater?.agreed(c) === true;
  }

  #takeSecond(c: number, byte: number): number {
    if ((byte & MASKED) !== 0) return codes.masked;
    if (byte < LENGTH_16) {
      this.#length = byte;
      return this.#beginPayload(c);
    }
    this.#state = LENGTH;
    this.#length = 0;
    this.#left = byte === LENGTH_64 ? 8 : 2;
    this.#smallest = byte === LENGTH_64 ? SMALLEST_64 : SMALLEST_16;
    return this.#isControl ? codes.longControl : 0;
  }

  #takeLength(c: number, byte: number): number {
    this.#length = this.#length * 256 + byte;
    this.#left--;
    if (this.#length > Number.MAX_SAFE_INTEGER) return codes.badLength;
    if (this.#left > 0) return 0;
    return this.#length < this.#smallest ? codes.badLength : this.#beginPayload(c);
  }

  #beginPayload(c: number): number {
    this.#left = this.#length;
    this.#state = PAYLOAD;
    const isPlain = !this.#isControl && !this.#compressed;
    if (isPlain && this.#received + this.#length > this.expected.size) return codes.longMessage;
    return this.#left === 0 ? this.#endFrame(c) : 0;
  }

  #readPayload(c: number, bytes: Uint8Array, at: number, end: number): number {
    const length = Math.min(this.#left, end - at);
    if (this.#isControl) {
      this.#control.add(c, bytes, at, length);
    } else {
      const next = this.#compare(c, bytes, at, length);
      if (this.fault !== 0) return next;
    }
    this.#left -= length;
    if (this.#left === 0) this.fault = this.#endFrame(c);
    return at + length;
  }

  /** Compares a piece of a message. @returns the position where it stopped; with a fault, that of the wrong byte. */
  #compare(c: number, bytes: Uint8Array, at: number, length: number): number {
    const { size, connection, sequence } = this.expected;
    const inflater = this.#inflater;
    if (this.#compressed && inflater !== undefined) {
      const next = inflater.read(c, bytes, at, at + length, this.#content.message(connection, sequence), size);
      this.fault = inflater.fault;
      return next;
    }
    const equal = this.#content.equal(bytes, at, this.#received, length, connection, sequence);
    if (equal < length) this.fault = codes.otherBytes;
    this.#received += length;
    return at + equal;
  }

  #endFrame(c: number): number {
    this.#state = FIRST;
    switch (this.#opcode) {
      case PING:
        this.reached = PINGED;
        return 0;
      case PONG:
        return 0;
      case CLOSE:
        this.reached = CLOSED;
        return this.#control.closeStatus(c) === 0 ? codes.badClose : 0;
      default:
        if (!this.#final) return 0;
        this.#fragmented = false;
        this.reached = MESSAGE;
        if (this.#compressed) return this.#inflater?.finish(c, this.expected.size) ?? 0;
        return this.#received < this.expected.size ? codes.shortMessage : 0;
    }
  }

  #save(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    saved[at] = this.bytes;
    saved[at + 1] = this.#state;
    saved[at + 2] = this.#opcode;
    saved[at + 3] = this.#final ? 1 : 0;
    saved[at + 4] = this.#length;
    saved[at + 5] = this.#left;
    saved[at + 6] = this.#fragmented ? 1 : 0;
    saved[at + 7] = this.#received;
    saved[at + 8] = this.#smallest;
    saved[at + 9] = this.#compressed ? 1 : 0;
  }

  #load(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    this.bytes = saved[at] as number;
    if (this.bytes === 0) {
      this.#state = FIRST;
      this.#fragmented = false;
      return;
    }
    this.#state = saved[at + 1] as number;
    this.#opcode = saved[at + 2] as number;
    this.#final = saved[at + 3] === 1;
    this.#length = saved[at + 4] as number;
    this.#left = saved[at + 5] as number;
    this.#fragmented = saved[at + 6] === 1;
    this.#received = saved[at + 7] as number;
    this.#smallest = saved[at + 8] as number;
    this.#compressed = saved[at + 9] === 1;
  }
}
