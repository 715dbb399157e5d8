import { streamOf } from '../../../servers/random/streams.ts';
import type { MessageSizes } from '../../model/message-sizes.ts';
import { copyBytes } from './bytes.ts';
import { EchoContent } from './echo-content.ts';
import { MessageSize } from './message-size.ts';
import {
  CLOSE,
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  MORE,
  type ProtocolEvent,
  type ProtocolNote,
  READY,
  REFUSED_LAST,
  RESPOND,
} from './protocol.ts';
import type { ProtocolScope } from './scope.ts';
import { ControlFrames } from './websocket/control-frames.ts';
import { DeflatedContent } from './websocket/deflated-content.ts';
import { codes, texts } from './websocket/faults.ts';
import {
  BINARY,
  FIN,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  maskByte,
  RSV1,
  SMALLEST_16,
  SMALLEST_64,
  TEXT,
} from './websocket/frame.ts';
import { Handshake, type WebSocketAddress } from './websocket/handshake.ts';
import { Inflater } from './websocket/inflater.ts';
import { CLOSED, MESSAGE, MessageParser, PINGED } from './websocket/message-parser.ts';

/** Maximum size of a frame header: two bytes, the extended length and the mask. */
const MAX_HEAD = 14;
const SWITCHING = 101;

// States of a connection: before the end of the handshake, and after it with or without compression.
const CONNECTING = 0;
const OPEN = 1;
const COMPRESSING = 2;

const NOT_COMPRESSED: ProtocolNote = {
  code: 'not-compressed',
  message:
    'messages were sent uncompressed where the server did not agree to permessage-deflate: ' +
    'enable it in the server, or leave out --deflate',
};

/** Messages to a WebSocket echo server. Plain data. */
export interface WebSocketExchange extends WebSocketAddress {
  readonly sizes: MessageSizes;
  /** True for text messages, false for binary ones. */
  readonly text: boolean;
}

/**
 * The client's side of WebSocket (RFC 6455); on request with compression (RFC 7692), where the server agrees. Every byte
 * of a message, fragmented or not, is compared with the request. All frames of a thread are masked with one random mask:
 * it need not be unpredictable, as there is no proxy to protect from scripts (§10.3), and letters can be masked in
 * advance.
 */
export class WebSocketProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest = false;
  readonly greets = true;
  readonly faults = texts;
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #firstConnection: number;
  readonly #size: MessageSize;
  readonly #opcode: number;
  readonly #mask: number;
  readonly #content: EchoContent;
  readonly #handshake: Handshake;
  readonly #control: ControlFrames;
  readonly #parser: MessageParser;
  /** Undefined without compression. */
  readonly #deflated: DeflatedContent | undefined;
  readonly #inflater: Inflater | undefined;
  /** CONNECTING, OPEN or COMPRESSING, for each connection. */
  readonly #states: Uint8Array;
  #declined = false;

  /** @throws {RangeError} with all faults of path and headers. */
  constructor(exchange: WebSocketExchange, scope: ProtocolScope) {
    const { connections, firstConnection, streamKey } = scope;
    this.#firstConnection = firstConnection;
    this.#size = new MessageSize(exchange.sizes, streamKey);
    const { largest } = this.#size;
    this.#opcode = exchange.text ? TEXT : BINARY;
    this.#mask = maskOf(scope);
    this.#content = new EchoContent(largest, streamKey, { text: exchange.text, mask: this.#mask });
    this.#handshake = new Handshake(exchange, connections, streamKey);
    this.#control = new ControlFrames(connections, this.#mask);
    if (exchange.deflate) {
      this.#deflated = new DeflatedContent(this.#content, largest, this.#mask);
      this.#inflater = new Inflater(connections);
    }
    this.#parser = new MessageParser(connections, this.#opcode, this.#content, this.#control, this.#inflater);
    this.#states = new Uint8Array(connections);
    const longestPayload = Math.max(largest, this.#deflated?.longest ?? 0);
    this.longestRequest = Math.max(this.#handshake.request.length, MAX_HEAD + longestPayload, ControlFrames.LONGEST);
  }

  /** States that a server did not agree to compression. */
  get notes(): readonly ProtocolNote[] {
    return this.#declined ? [NOT_COMPRESSED] : [];
  }

  reset(c: number): void {
    this.#states[c] = CONNECTING;
    this.#handshake.reset(c);
    this.#parser.reset(c);
  }

  greet(_c: number, out: Uint8Array, at: number): number {
    const { request } = this.#handshake;
    return copyBytes(request, request.length, out, at);
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    const connection = this.#firstConnection + c;
    const size = this.#size.of(connection, sequence);
    const deflated = this.#states[c] === COMPRESSING ? this.#deflated : undefined;
    if (deflated === undefined) {
      const payload = this.#writeHead(FIN | this.#opcode, size, out, at);
      return payload + this.#content.write(out, payload, size, connection, sequence) - at;
    }
    const payload = this.#writeHead(FIN | RSV1 | this.#opcode, deflated.lengthOf(size), out, at);
    return payload + deflated.write(out, payload, size, connection, sequence) - at;
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (this.#states[c] === CONNECTING) return this.#consumeHandshake(c, bytes, at, end);
    const parser = this.#parser;
    const { expected } = parser;
    expected.connection = this.#firstConnection + c;
    expected.sequence = sequence;
    expected.size = sequence < 0 ? 0 : this.#size.of(expected.connection, sequence);
    const next = parser.read(c, bytes, at, end);
    this.replyBytes = parser.bytes;
    this.status = 0;
    if (parser.fault !== 0) {
      this.#corrupt(parser.fault);
    } else if (parser.reached === MESSAGE) {
      this.event = COMPLETE;
    } else if (parser.reached === PINGED) {
      this.event = RESPOND;
    } else if (parser.reached === CLOSED) {
      this.event = CLOSE;
      this.status = this.#control.closeStatus(c);
    } else {
      this.event = MORE;
    }
    return next;
  }

  respond(c: number, out: Uint8Array, at: number): number {
    return this.#control.answer(c, out, at);
  }

  farewell(_c: number, out: Uint8Array, at: number): number {
    return this.#control.close(out, at);
  }

  /** The only refusal is that of the upgrade. */
  refusal(): string {
    return `the upgrade was answered with status ${this.status}`;
  }

  finish(c: number): void {
    this.replyBytes = this.#states[c] === CONNECTING ? this.#handshake.received(c) : this.#parser.received(c);
    if (this.replyBytes > 0) this.#corrupt(codes.endedEarly);
    else this.event = MORE;
  }

  #consumeHandshake(c: number, bytes: Uint8Array, at: number, end: number): number {
    const handshake = this.#handshake;
    const next = handshake.read(c, bytes, at, end);
    this.replyBytes = handshake.bytes;
    this.status = 0;
    if (handshake.fault !== 0) {
      this.#corrupt(handshake.fault);
    } else if (!handshake.done) {
      this.event = MORE;
    } else if (handshake.status === SWITCHING) {
      this.event = READY;
      this.#open(c, handshake.windowBits);
    } else {
      this.event = REFUSED_LAST;
      this.status = handshake.status;
    }
    return next;
  }

  #open(c: number, windowBits: number): void {
    this.#states[c] = windowBits > 0 ? COMPRESSING : OPEN;
    this.#inflater?.agree(c, windowBits);
    if (windowBits === 0 && this.#inflater !== undefined) this.#declined = true;
  }

  #corrupt(fault: number): void {
    this.event = CORRUPT;
    this.fault = fault;
  }

  /** Writes a frame header. @param first its first byte. @param length that of the payload. @returns its position. */
  #writeHead(first: number, length: number, out: Uint8Array, at: number): number {
    out[at] = first;
    let next = at + 2;
    if (length < SMALLEST_16) {
      out[at + 1] = MASKED | length;
    } else {
      const bytes = length < SMALLEST_64 ? 2 : 8;
      out[at + 1] = MASKED | (bytes === 2 ? LENGTH_16 : LENGTH_64);
      // Messages are shorter than 2^32 bytes: the first four bytes of eight are 0.
      for (let left = bytes - 1; left >= 0; left--) out[next++] = left > 3 ? 0 : (length >>> (left * 8)) & 0xff;
    }
    for (let i = 0; i < 4; i++) out[next++] = maskByte(this.#mask, i);
    return next;
  }
}

/** Returns a mask without zero bytes, which would not change the payload. */
function maskOf({ streamKey }: ProtocolScope): number {
  const random = streamOf('request content', { ...streamKey, ordinal: 1 });
  let mask = 0;
  for (let i = 0; i < 4; i++) mask = (mask << 8) | (1 + Math.floor(random() * 255));
  return mask;
}
