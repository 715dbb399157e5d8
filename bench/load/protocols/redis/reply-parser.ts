import { codes } from './faults.ts';
import { LENGTH, mayEnd, NULL_LENGTH, nextState } from './number-grammar.ts';
import { RefusalTexts } from './refusal-texts.ts';
import {
  ATTRIBUTE,
  BULK_ERROR,
  ERROR,
  grammarOf,
  isOfResp2,
  isString,
  MAP,
  numberFault,
  PUSH,
  TEXT,
  VERBATIM,
} from './types.ts';

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const COLON = 0x3a;

/** Maximum size of a line, in bytes. Redis has the same limit. */
const MAX_LINE = 65_536;
/** Maximum number of outstanding values of one reply. */
const MAX_PENDING = 2 ** 52;

// States: what is expected next.
const TYPE = 0;
const TEXT_LINE = 1;
const NUMBER_LINE = 2;
const NEWLINE = 3;
const DATA = 4;
const DATA_RETURN = 5;
const DATA_NEWLINE = 6;
const DONE = 7;

// Flags of the reply.
const NESTED = 1;
const IN_PUSH = 2;
const IS_ERROR = 4;
const IN_ATTRIBUTE = 8;

const SAVED = 9;

/**
 * Finds the end of each reply of Redis, in RESP2 or RESP3, in pieces cut anywhere. Values are checked but not kept, so
 * that no reply takes memory. Nested values need no stack: the number of outstanding values is sufficient.
 */
export class ReplyParser {
  fault = 0;
  /** Number of bytes of the current reply so far, excluding push messages before it. */
  bytes = 0;
  readonly texts: RefusalTexts;
  readonly #resp3: boolean;
  readonly #saved: Float64Array;
  #state = TYPE;
  #type = 0;
  #grammar = 0;
  /** Value of the number in this line. */
  #value = 0;
  /** Number of bytes of the line so far. */
  #line = 0;
  /** Remaining bytes of a string. */
  #left = 0;
  /** Number of outstanding values. */
  #pending = 1;
  #flags = 0;

  constructor(connections: number, resp3: boolean) {
    this.#resp3 = resp3;
    this.texts = new RefusalTexts(connections);
    this.#saved = new Float64Array(connections * SAVED);
    for (let c = 0; c < connections; c++) this.reset(c);
  }

  reset(c: number): void {
    this.#start();
    this.#save(c);
  }

  /** True when the last reply that was read is complete. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** True when that reply is an error, rather than a value that contains errors. */
  get refused(): boolean {
    return (this.#flags & IS_ERROR) !== 0;
  }

  /** Returns the number of received bytes of an incomplete reply or push message. */
  received(c: number): number {
    return this.#saved[c * SAVED + 8] as number;
  }

  /**
   * Reads bytes of a connection's reply, up to its end. @param asked whether a request is in flight; if not, only push
   * messages are allowed. @returns the position where it stopped; with a fault, that of the wrong byte.
   */
  read(c: number, asked: boolean, bytes: Uint8Array, at: number, end: number): number {
    this.#load(c);
    this.fault = 0;
    let from = at - this.bytes;
    let next = at;
    while (next < end && this.fault === 0) {
      next = this.#step(c, asked, bytes, next, end);
      if (this.#state !== DONE) continue;
      if ((this.#flags & IN_PUSH) === 0) break;
      this.#start();
      from = next;
    }
    this.bytes = next - from;
    if (this.#state !== DONE) {
      this.#save(c);
    } else {
      this.#saved[c * SAVED] = TYPE;
      this.#saved[c * SAVED + 8] = 0;
    }
    return next;
  }

  #step(c: number, asked: boolean, bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case TEXT_LINE:
        return this.#readText(c, bytes, at, end);
      case NUMBER_LINE:
        return this.#readNumber(bytes, at, end);
      case DATA:
        return this.#readData(c, bytes, at, end);
      case TYPE:
        this.fault = this.#takeType(c, asked, bytes[at] as number);
        break;
      default:
        this.fault = this.#takeNewline(bytes[at] as number);
    }
    return this.fault === 0 ? at + 1 : at;
  }

  #takeType(c: number, asked: boolean, type: number): number {
    const grammar = grammarOf(type);
    const nested = (this.#flags & NESTED) !== 0;
    if (grammar === 0 || (!this.#resp3 && !isOfResp2(type)))
      return asked || nested ? codes.unknownType : codes.unsolicited;
    if (!asked && !nested && type !== PUSH) return codes.unsolicited;
    if (type === PUSH && nested) return codes.nestedPush;
    if ((type === ERROR || type === BULK_ERROR) && !nested) {
      this.#flags |= IS_ERROR;
      this.texts.start(c);
    }
    this.#type = type;
    this.#grammar = grammar;
    this.#value = 0;
    this.#line = 0;
    this.#state = grammar === TEXT ? TEXT_LINE : NUMBER_LINE;
    return 0;
  }

  #readText(c: number, bytes: Uint8Array, at: number, end: number): number {
    const limit = Math.min(end, at + MAX_LINE - this.#line);
    let next = at;
    while (next < limit && bytes[next] !== CR && bytes[next] !== LF) next++;
    if ((this.#flags & IS_ERROR) !== 0) this.texts.add(c, bytes, at, next);
    this.#line += next - at;
    if (next === limit) {
      if (limit < end) this.fault = codes.longLine;
      return next;
    }
    if (bytes[next] === LF) {
      this.fault = codes.bareNewline;
      return next;
    }
    this.#state = NEWLINE;
    return next + 1;
  }

  #readNumber(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    for (; next < end; next++) {
      const byte = bytes[next] as number;
      if (byte === CR) {
        this.fault = mayEnd(this.#grammar) ? numberFault(this.#type, this.#grammar, this.#value) : codes.badNumber;
        this.#state = NEWLINE;
        return this.fault === 0 ? next + 1 : next;
      }
      this.fault = this.#takeNumeric(byte);
      if (this.fault !== 0) return next;
    }
    return next;
  }

  #takeNumeric(byte: number): number {
    this.#grammar = nextState(this.#grammar, byte);
    if (this.#grammar === 0) return byte === LF ? codes.bareNewline : codes.badNumber;
    if (++this.#line > MAX_LINE) return codes.longLine;
    // The value of a number with a sign or a fraction is not needed, or only its size.
    if (byte >= ZERO && byte < COLON) this.#value = this.#value * 10 + byte - ZERO;
    return 0;
  }

  #takeNewline(byte: number): number {
    switch (this.#state) {
      case DATA_RETURN:
        this.#state = DATA_NEWLINE;
        return byte === CR ? 0 : codes.dataEnd;
      case DATA_NEWLINE:
        if (byte !== LF) return codes.dataEnd;
        this.#endValue();
        return 0;
      default:
        return byte === LF ? this.#endLine() : codes.bareNewline;
    }
  }

  #endLine(): number {
    if (grammarOf(this.#type) !== LENGTH || this.#grammar === NULL_LENGTH) {
      this.#endValue();
      return 0;
    }
    if (isString(this.#type)) {
      this.#left = this.#value;
      this.#state = this.#left === 0 ? DATA_RETURN : DATA;
      return 0;
    }
    const isPaired = this.#type === MAP || this.#type === ATTRIBUTE;
    this.#pending += isPaired ? 2 * this.#value : this.#value;
    if (this.#type === ATTRIBUTE) {
      // Attributes precede a value, and are not values themselves.
      this.#pending++;
      if ((this.#flags & NESTED) === 0) this.#flags |= IN_ATTRIBUTE;
    } else if (this.#type === PUSH) {
      this.#flags |= IN_PUSH;
    }
    this.#flags |= NESTED;
    this.#endValue();
    return this.#pending > MAX_PENDING ? codes.hugeNumber : 0;
  }

  #endValue(): void {
    this.#pending--;
    this.#state = this.#pending === 0 ? DONE : TYPE;
    // The reply itself follows its attributes.
    if (this.#pending === 1 && (this.#flags & IN_ATTRIBUTE) !== 0) this.#flags = 0;
  }

  #readData(c: number, bytes: Uint8Array, at: number, end: number): number {
    const taken = Math.min(this.#left, end - at);
    if (this.#type === VERBATIM) {
      const colon = at + this.#left - (this.#value - 3);
      if (colon >= at && colon < at + taken && bytes[colon] !== COLON) {
        this.fault = codes.badVerbatim;
        return colon;
      }
    }
    if ((this.#flags & IS_ERROR) !== 0) this.texts.add(c, bytes, at, at + taken);
    this.#left -= taken;
    if (this.#left === 0) this.#state = DATA_RETURN;
    return at + taken;
  }

  #start(): void {
    this.#state = TYPE;
    this.#pending = 1;
    this.#flags = 0;
    this.bytes = 0;
  }

  #save(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    saved[at] = this.#state;
    saved[at + 1] = this.#type;
    saved[at + 2] = this.#grammar;
    saved[at + 3] = this.#value;
    saved[at + 4] = this.#line;
    saved[at + 5] = this.#left;
    saved[at + 6] = this.#pending;
    saved[at + 7] = this.#flags;
    saved[at + 8] = this.bytes;
  }

  #load(c: number): void {
    const at = c * SAVED;
    const saved = this.#saved;
    if (saved[at + 8] === 0) {
      this.#start();
      return;
    }
    this.#state = saved[at] as number;
    this.#type = saved[at + 1] as number;
    this.#grammar = saved[at + 2] as number;
    this.#value = saved[at + 3] as number;
    this.#line = saved[at + 4] as number;
    this.#left = saved[at + 5] as number;
    this.#pending = saved[at + 6] as number;
    this.#flags = saved[at + 7] as number;
    this.bytes = saved[at + 8] as number;
  }
}
