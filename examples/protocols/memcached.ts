/**
 * memcached's text protocol, over TCP (doc/protocol.txt of memcached). Each connection stores an item of its own, and
 * then gets it again and again; some requests set it anew. Every byte of a reply is compared.
 *
 * Options: size=64 (bytes of a value), sets=0.1 (share of requests that set).
 */

import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  type CreateProtocol,
  MORE,
  type PlugInExample,
  type ProtocolEvent,
  READY,
  REFUSED,
  UNSOLICITED,
} from 'sockbench/protocol';

const STORED = Buffer.from('STORED\r\n');
/** Lines that refuse a request. END alone answers a get whose item is gone. */
const REFUSAL = /^(END|NOT_STORED|ERROR|CLIENT_ERROR .*|SERVER_ERROR .*)\r\n$/s;
/** Longest refusal that is read, in bytes. */
const LONGEST_LINE = 256;
const NEWLINE = 10;

const OTHER_REPLY = 2;
const LONG_LINE = 3;
const UNKNOWN_LINE = 4;
const ENDED_EARLY = 5;

class Memcached implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest = false;
  /** The greeting stores the item: READY is its STORED. */
  readonly greets = true;
  readonly faults = [
    '',
    'bytes that answer no request',
    'the reply differs from the expected one',
    'the line does not end',
    'the line is no reply of memcached',
    'the connection ended within a reply',
  ];
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #firstConnection: number;
  readonly #seed: number;
  readonly #sets: number;
  // One element for each connection: its requests, the reply to a get, and the state of the current reply.
  readonly #set: Buffer[] = [];
  readonly #get: Buffer[] = [];
  readonly #found: Buffer[] = [];
  readonly #ready: Uint8Array;
  /** Number of bytes that equal the expected reply. */
  readonly #equal: Uint32Array;
  /** Number of bytes of a line that is another reply, and the lines. 0: the reply is the expected one so far. */
  readonly #lineLength: Uint16Array;
  readonly #lines: Buffer;
  #refusal = '';

  constructor(connections: number, firstConnection: number, seed: number, size: number, sets: number) {
    this.#firstConnection = firstConnection;
    this.#seed = seed;
    this.#sets = sets;
    for (let c = 0; c < connections; c++) {
      const key = `sockbench-${firstConnection + c}`;
      const value = valueFor(firstConnection + c, size);
      this.#set.push(Buffer.from(`set ${key} 0 0 ${size}\r\n${value}\r\n`));
      this.#get.push(Buffer.from(`get ${key}\r\n`));
      this.#found.push(Buffer.from(`VALUE ${key} 0 ${size}\r\n${value}\r\nEND\r\n`));
    }
    this.longestRequest = Math.max(...this.#set.map(({ length }) => length));
    this.#ready = new Uint8Array(connections);
    this.#equal = new Uint32Array(connections);
    this.#lineLength = new Uint16Array(connections);
    this.#lines = Buffer.alloc(connections * LONGEST_LINE);
  }

  reset(c: number): void {
    this.#ready[c] = 0;
    this.#forget(c);
  }

  greet(c: number, out: Uint8Array, at: number): number {
    return write(this.#set[c] as Buffer, out, at);
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    return write((this.isSet(c, sequence) ? this.#set[c] : this.#get[c]) as Buffer, out, at);
  }

  /** Reports whether a request sets. The same requests do in every run with the same seed. */
  isSet(c: number, sequence: number): boolean {
    let hash = Math.imul(this.#seed ^ (this.#firstConnection + c), 0x9e3779b1) ^ sequence;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < this.#sets;
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const greeting = this.#ready[c] === 0;
    if (sequence < 0 && !greeting) return this.#corrupt(UNSOLICITED, 0, at);
    const expected = greeting || this.isSet(c, sequence) ? STORED : (this.#found[c] as Buffer);
    let equal = this.#equal[c] as number;
    let next = at;
    if (this.#lineLength[c] === 0) {
      while (next < end && equal < expected.length && bytes[next] === expected[equal]) {
        next++;
        equal++;
      }
      this.#equal[c] = equal;
      if (equal === expected.length) {
        this.replyBytes = equal;
        return this.#end(c, greeting ? READY : COMPLETE, next);
      }
      if (next < end) return this.#readOther(c, expected, bytes, next, end);
    } else {
      return this.#readLine(c, bytes, at, end);
    }
    this.event = MORE;
    return next;
  }

  finish(c: number): void {
    const received = (this.#equal[c] as number) + (this.#lineLength[c] as number);
    if (received > 0) this.#corrupt(ENDED_EARLY, received, 0);
    else this.event = MORE;
  }

  refusal(): string {
    return this.#refusal;
  }

  /** The first wrong byte is here: the reply may be a line that refuses the request. */
  #readOther(c: number, expected: Buffer, bytes: Uint8Array, at: number, end: number): number {
    const equal = this.#equal[c] as number;
    // STORED and SERVER_ERROR have their first letter in common; no other two replies have more.
    if (equal > 1) return this.#corrupt(OTHER_REPLY, equal, at);
    expected.copy(this.#lines, c * LONGEST_LINE, 0, equal);
    this.#lineLength[c] = equal;
    this.#equal[c] = 0;
    return this.#readLine(c, bytes, at, end);
  }

  #readLine(c: number, bytes: Uint8Array, at: number, end: number): number {
    const line = c * LONGEST_LINE;
    let length = this.#lineLength[c] as number;
    for (let next = at; next < end; next++) {
      if (length === LONGEST_LINE) return this.#corrupt(LONG_LINE, length, next);
      const byte = bytes[next] as number;
      this.#lines[line + length++] = byte;
      if (byte === NEWLINE) return this.#endLine(c, length, next);
    }
    this.#lineLength[c] = length;
    this.event = MORE;
    return end;
  }

  #endLine(c: number, length: number, newline: number): number {
    const line = c * LONGEST_LINE;
    const text = this.#lines.toString('latin1', line, line + length);
    if (!REFUSAL.test(text)) return this.#corrupt(UNKNOWN_LINE, length - 1, newline);
    this.#refusal = text.trimEnd();
    this.replyBytes = length;
    return this.#end(c, REFUSED, newline + 1);
  }

  /** Ends a greeting or a reply. */
  #end(c: number, event: ProtocolEvent, next: number): number {
    if (event === READY) this.#ready[c] = 1;
    this.event = event;
    this.#forget(c);
    return next;
  }

  #forget(c: number): void {
    this.#equal[c] = 0;
    this.#lineLength[c] = 0;
  }

  #corrupt(fault: number, replyBytes: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = replyBytes;
    return position;
  }
}

export const createProtocol: CreateProtocol = (scope, { size = '64', sets = '0.1' }) => {
  if (!/^[1-9]\d{0,6}$/.test(size)) throw new RangeError(`size=${size} is not a number of bytes`);
  if (!/^(0|1|0?\.\d+)$/.test(sets)) throw new RangeError(`sets=${sets} is not a share from 0 to 1`);
  return new Memcached(scope.connections, scope.firstConnection, scope.seed, Number(size), Number(sets));
};

/** What memcached replies on three connections: STORED, values, and a refusal. */
const sample = new Memcached(3, 0, 1, 64, 0.1);
export const examples: PlugInExample[] = [0, 1, 2].map((c) => {
  const found = `VALUE sockbench-${c} 0 64\r\n${valueFor(c, 64)}\r\nEND\r\n`;
  const refusal = c === 0 ? 'END\r\n' : 'SERVER_ERROR out of memory storing object\r\n';
  const replies = [0, 1, 2, 3, 4].map((sequence) => (sample.isSet(c, sequence) ? 'STORED\r\n' : found));
  return { greeting: 'STORED\r\n', replies: [...replies, refusal] };
});

/** Returns a value that differs from those of other connections. */
function valueFor(connection: number, size: number): string {
  return `${connection}:`.repeat(Math.ceil(size / 2)).slice(0, size);
}

function write(request: Buffer, out: Uint8Array, at: number): number {
  out.set(request, at);
  return request.length;
}
