/**
 * DNS over UDP (RFC 1035): each request asks for the addresses of a name, with an id of its own. The reply must have the
 * same id and question, and be whole. Its status is the response code; any but 0 (NOERROR) is refused, and so is a
 * truncated reply. Replies may overtake each other: each answers the query with its id.
 *
 * Options: name=example.test, type=A (or AAAA).
 */

import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  type CreateProtocol,
  MORE,
  type PlugInExample,
  type ProtocolEvent,
  REFUSED,
  UNSOLICITED,
} from 'sockbench/protocol';

/** Each message is a datagram. */
export const datagrams = true;

// The header: RFC 1035, section 4.1.1.
const HEADER_BYTES = 12;
const FLAGS = 2;
const QUESTIONS = 4;
const ANSWERS = 6;
/** QR (a response) and OPCODE (0: a standard query). */
const RESPONSE_MASK = 0xf8;
const RESPONSE = 0x80;
const TRUNCATED = 0x02;
const CODE_MASK = 0x0f;
const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const TYPES: Readonly<Record<string, number>> = { A: 1, AAAA: 28 };
const INTERNET = 1;
/** Type, class, time to live and length of a resource record: section 4.1.3. */
const RECORD_BYTES = 10;
/** The two highest bits of a length of a label: the name continues elsewhere (section 4.1.4). */
const POINTER = 0xc0;
const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

const NO_RESPONSE = 2;
const OTHER_QUESTION = 3;
const SHORT = 4;
const LONG = 5;
const BAD_NAME = 6;

class Dns implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest = false;
  readonly greets = false;
  readonly faults = [
    '',
    'a reply to no outstanding query',
    'the message is no response to a query',
    'the response is to another question',
    'the message ends early',
    'bytes after the message',
    'a name has an unknown form',
  ];
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #firstConnection: number;
  /** The query, with id 0. */
  readonly #query: Buffer;
  #truncated = false;

  constructor(firstConnection: number, query: Buffer) {
    this.#firstConnection = firstConnection;
    this.#query = query;
    this.longestRequest = query.length;
  }

  reset(): void {
    // A datagram leaves no state behind.
  }

  greet(): number {
    return 0;
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    const id = this.#idOf(c, sequence);
    out.set(this.#query, at);
    out[at] = id >> 8;
    out[at + 1] = id & 0xff;
    return this.#query.length;
  }

  /** Reads a datagram. */
  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (end - at < HEADER_BYTES) return this.#corrupt(SHORT, at, end);
    // A reply to an earlier query, which has timed out, has another id.
    if (sequence < 0 || uint16(bytes, at) !== this.#idOf(c, sequence)) return this.#corrupt(UNSOLICITED, at, at);
    const flags = at + FLAGS;
    if (((bytes[flags] as number) & RESPONSE_MASK) !== RESPONSE) return this.#corrupt(NO_RESPONSE, at, flags);
    const other = this.#otherQuestion(bytes, at, end);
    if (other >= 0) return this.#corrupt(other === end ? SHORT : OTHER_QUESTION, at, other);
    const stop = this.#skipRecords(bytes, at, end);
    if (stop < 0) return ~stop;
    if (stop < end) return this.#corrupt(LONG, at, stop);
    this.#truncated = ((bytes[flags] as number) & TRUNCATED) !== 0;
    this.status = (bytes[flags + 1] as number) & CODE_MASK;
    this.event = this.#truncated || this.status !== 0 ? REFUSED : COMPLETE;
    this.replyBytes = end - at;
    return end;
  }

  refusal(): string {
    return this.#truncated ? 'truncated: the server offers it over TCP' : (CODES[this.status] ?? `code ${this.status}`);
  }

  /** Successive queries of a socket have different ids, and so have sockets beside each other. */
  #idOf(c: number, sequence: number): number {
    return (Math.imul(this.#firstConnection + c, 0x6a09) + Math.imul(sequence, 0x9e37)) & 0xffff;
  }

  /** Returns the position of the first byte that differs from our question; -1 when there is none. */
  #otherQuestion(bytes: Uint8Array, at: number, end: number): number {
    const query = this.#query;
    for (let i = QUESTIONS; i < query.length; i++) {
      if (i === ANSWERS) i = HEADER_BYTES;
      if (at + i === end || bytes[at + i] !== query[i]) return at + i;
    }
    return -1;
  }

  /** Returns where the records end; for wrong ones ~position, after {@link #corrupt}. */
  #skipRecords(bytes: Uint8Array, at: number, end: number): number {
    const counts = at + ANSWERS;
    let records = uint16(bytes, counts) + uint16(bytes, counts + 2) + uint16(bytes, counts + 4);
    let next = at + this.#query.length;
    for (; records > 0; records--) {
      next = skipName(bytes, next, end);
      if (next < 0) return ~this.#corrupt(~next === end ? SHORT : BAD_NAME, at, ~next);
      if (next + RECORD_BYTES > end) return ~this.#corrupt(SHORT, at, end);
      next += RECORD_BYTES + uint16(bytes, next + RECORD_BYTES - 2);
      if (next > end) return ~this.#corrupt(SHORT, at, end);
    }
    return next;
  }

  #corrupt(fault: number, at: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = position - at;
    return position;
  }
}

export const createProtocol: CreateProtocol = (scope, { name = 'example.test', type = 'A' }) =>
  new Dns(scope.firstConnection, queryFor(name, type));

/** What a DNS server replies: the address 192.0.2.1, and that a name does not exist. */
const sampleQuery = queryFor('example.test', 'A');
const sampleClient = new Dns(0, sampleQuery);
export const examples: PlugInExample[] = [0, 1].map((c) => ({
  replies: [0, 1, 2].map((sequence) => {
    const query = Buffer.alloc(sampleQuery.length);
    sampleClient.encode(c, sequence, query, 0);
    return sequence === 2 ? responseTo(query, 3) : responseTo(query, 0, [192, 0, 2, 1]);
  }),
}));

/** Returns a query with id 0. @throws {RangeError} when there is no such name or type. */
function queryFor(name: string, type: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.');
  const valid = name.length <= LONGEST_NAME && labels.every((label) => /^[\x21-\x7e]+$/.test(label));
  if (!valid || labels.some(({ length }) => length > LONGEST_LABEL)) throw new RangeError(`name=${name} is no name`);
  const number = TYPES[type];
  if (number === undefined) throw new RangeError(`type=${type} is none of ${Object.keys(TYPES)}`);
  const parts = labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  const wantsRecursion = 1;
  const header = [0, 0, wantsRecursion, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(header), ...parts, Buffer.of(0, 0, number, 0, INTERNET)]);
}

/** Returns a response to a query. @param address of an A record, or none. */
function responseTo(query: Buffer, code: number, address: readonly number[] = []): Buffer {
  const header = Buffer.from(query);
  header[FLAGS] = RESPONSE | (header[FLAGS] as number);
  header[FLAGS + 1] = 0x80 | code;
  header[ANSWERS + 1] = address.length > 0 ? 1 : 0;
  const record = [POINTER, HEADER_BYTES, 0, 1, 0, INTERNET, 0, 0, 0, 60, 0, address.length, ...address];
  return Buffer.concat([header, Buffer.from(address.length > 0 ? record : [])]);
}

/** Returns the position after a name; ~position of a wrong byte, or ~end when bytes are missing. */
function skipName(bytes: Uint8Array, at: number, end: number): number {
  for (let next = at; next < end; ) {
    const length = bytes[next] as number;
    if (length === 0) return next + 1;
    if (length >= POINTER) return next + 2;
    if (length > LONGEST_LABEL) return ~next;
    next += 1 + length;
  }
  return ~end;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
