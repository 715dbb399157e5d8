import { createHash } from 'node:crypto';
import { type StreamKey, streamOf } from '../../../../servers/random/streams.ts';
import { ACCEPTED, NEGOTIATED, UPGRADES, WEBSOCKET } from '../http/field-values.ts';
import { httpRequestFaults } from '../http/request.ts';
import { ResponseHead } from '../http/response-head.ts';
import { DEFLATE_OFFER, DeflateAgreement } from './deflate-agreement.ts';
import { codes } from './faults.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const SWITCHING = 101;

/** Address of a WebSocket on its server. Plain data. */
export interface WebSocketAddress {
  /** Value of Host. */
  readonly host: string;
  readonly path: string;
  /** Additional headers of the upgrade request, such as Origin. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** True to offer compression (permessage-deflate). Default: false. */
  readonly deflate?: boolean;
}

// Positions of the values that are kept for a connection: bytes so far, those of the head, those of the agreement.
const HEAD = 1;
const AGREEMENT = HEAD + ResponseHead.SAVED;
const SAVED = AGREEMENT + DeflateAgreement.SAVED;

/**
 * The opening handshake: RFC 6455 §4.1. All connections of a thread send the same key, so that they expect the same
 * answer.
 */
export class Handshake {
  readonly request: Buffer;
  fault = 0;
  /** Number of bytes of the response so far. */
  bytes = 0;
  readonly #agreement: DeflateAgreement | undefined;
  readonly #head: ResponseHead;
  readonly #saved: Float64Array;

  /** @throws {RangeError} with all faults of path and headers. */
  constructor(address: WebSocketAddress, connections: number, streamKey: StreamKey) {
    const { host, path, headers = [], deflate = false } = address;
    const faults = httpRequestFaults({ path, headers });
    if (faults.length > 0) throw new RangeError(faults.join('\n'));
    const random = streamOf('request content', streamKey);
    const key = Buffer.from(Uint8Array.from({ length: 16 }, () => 256 * random())).toString('base64');
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
      ...(deflate ? [`Sec-WebSocket-Extensions: ${DEFLATE_OFFER}`] : []),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    this.request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    this.#agreement = deflate ? new DeflateAgreement() : undefined;
    this.#head = new ResponseHead(acceptOf(key), this.#agreement);
    this.#saved = new Float64Array(connections * SAVED);
  }

  /** True when the final response has been read. */
  get done(): boolean {
    return this.#head.done && !this.#isInterim;
  }

  get #isInterim(): boolean {
    return this.status < 200 && this.status !== SWITCHING;
  }

  /** Status of the response; 101 when the handshake succeeded. */
  get status(): number {
    return this.#head.status;
  }

  /** The window in which the server compresses messages, as its base-2 logarithm; 0 when it does not compress. */
  get windowBits(): number {
    return this.#agreement?.windowBits ?? 0;
  }

  /** Returns the number of received bytes of an incomplete response. */
  received(c: number): number {
    return this.#saved[c * SAVED] as number;
  }

  reset(c: number): void {
    this.#saved[c * SAVED] = 0;
  }

  /** Reads bytes of the response. @returns the position where it stopped; with a fault, that of the wrong byte. */
  read(c: number, bytes: Uint8Array, at: number, end: number): number {
    const head = this.#head;
    const before = this.received(c);
    if (before === 0) this.#start();
    else this.#load(c);
    let next = at;
    this.fault = 0;
    // An interim response, such as 103, may precede the final one.
    while (next < end && this.fault === 0 && (!head.done || this.#isInterim)) {
      if (head.done) this.#start();
      next = head.read(bytes, next, end);
      this.fault = head.fault;
      if (!head.done) continue;
      this.fault = this.#judge();
      if (this.fault !== 0) next--;
    }
    this.bytes = before + next - at;
    this.#saved[c * SAVED] = this.bytes;
    head.save(this.#saved, c * SAVED + HEAD);
    this.#agreement?.save(this.#saved, c * SAVED + AGREEMENT);
    return next;
  }

  #start(): void {
    this.#head.start();
    this.#agreement?.start();
  }

  #load(c: number): void {
    this.#head.load(this.#saved, c * SAVED + HEAD);
    this.#agreement?.load(this.#saved, c * SAVED + AGREEMENT);
  }

  #judge(): number {
    const { flags } = this.#head.fields;
    const fault = this.#head.judge();
    if (fault !== 0 || this.status !== SWITCHING) return fault;
    if ((flags & UPGRADES) === 0 || (flags & WEBSOCKET) === 0) return codes.notUpgraded;
    if ((flags & ACCEPTED) === 0) return codes.wrongAccept;
    return (flags & NEGOTIATED) === 0 ? 0 : codes.unsolicitedExtension;
  }
}

/** Returns the Sec-WebSocket-Accept for a key: RFC 6455 §4.2.2. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}
