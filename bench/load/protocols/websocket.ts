import { streamOf } from '../../../servers/random/streams.ts';
import type { MessageSizes } from '../../model/message-sizes.ts';
import { MessageSize } from '../messages/message-size.ts';
import { copyBytes } from './bytes.ts';
import { EchoContent } from './echo-content.ts';
import {
  CLOSE,
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  MORE,
  type ProtocolEvent,
  type ProtocolScope,
  READY,
  REFUSED_LAST,
  RESPOND,
} from './protocol.ts';
import { ControlFrames } from './websocket/control-frames.ts';
import { codes, texts } from './websocket/faults.ts';
import { Handshake, type WebSocketAddress } from './websocket/handshake.ts';
import { BINARY, CLOSED, MESSAGE, MessageParser, PINGED, TEXT } from './websocket/message-parser.ts';

const FIN = 0x80;
const MASKED = 0x80;
/** Length codes for an extended length of 2 bytes and of 8 bytes. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const LONGEST_16 = 0xffff;
/** Maximum size of a frame header: two bytes, the extended length and the mask. */
const MAX_HEAD = 14;
const SWITCHING = 101;

/** Messages to a WebSocket echo server. Plain data. */
export interface WebSocketExchange extends WebSocketAddress {
  readonly sizes: MessageSizes;
  /** True for text messages, false for binary ones. */
  readonly text: boolean;
}

/**
 * The client's side of WebSocket (RFC 6455), without extensions. Every byte of a message, fragmented or not, is
 * compared with the request. All frames of a thread are masked with one random mask: it need not be unpredictable, as
 * there is no proxy to protect from scripts (§10.3), and letters can be masked in advance.
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
  /** 1 for each connection whose handshake is complete. */
  readonly #open: Uint8Array;

  /** @throws {RangeError} with all faults of path and headers. */
  constructor(exchange: WebSocketExchange, scope: ProtocolScope) {
    const { connections, firstConnection, streamKey } = scope;
    this.#firstConnection = firstConnection;
    this.#size = new MessageSize(exchange.sizes, streamKey);
    this.#opcode = exchange.text ? TEXT : BINARY;
    this.#mask = maskOf(scope);
    this.#content = new EchoContent(this.#size.largest, streamKey, { text: exchange.text, mask: this.#mask });
    this.#handshake = new Handshake(exchange, connections, streamKey);
    this.#control = new ControlFrames(connections, this.#mask);
    this.#parser = new MessageParser(connections, this.#opcode, this.#content, this.#control);
    this.#open = new Uint8Array(connections);
    this.longestRequest = Math.max(
      this.#handshake.request.length,
      MAX_HEAD + this.#size.largest,
      ControlFrames.LONGEST,
    );
  }

  reset(c: number): void {
    this.#open[c] = 0;
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
    const payload = this.#writeHead(size, out, at);
    return payload + this.#content.write(out, payload, size, connection, sequence) - at;
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (this.#open[c] === 0) return this.#consumeHandshake(c, bytes, at, end);
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

  finish(c: number): void {
    this.replyBytes = this.#open[c] === 0 ? this.#handshake.received(c) : this.#parser.received(c);
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
      this.#open[c] = 1;
    } else {
      this.event = REFUSED_LAST;
      this.status = handshake.status;
    }
    return next;
  }

  #corrupt(fault: number): void {
    this.event = CORRUPT;
    this.fault = fault;
  }

  /** Writes the frame header. @returns the position of the payload. */
  #writeHead(size: number, out: Uint8Array, at: number): number {
    out[at] = FIN | this.#opcode;
    let next = at + 2;
    if (size < LENGTH_16) {
      out[at + 1] = MASKED | size;
    } else {
      const bytes = size > LONGEST_16 ? 8 : 2;
      out[at + 1] = MASKED | (size > LONGEST_16 ? LENGTH_64 : LENGTH_16);
      // Messages are shorter than 2^32 bytes: the first four bytes of eight are 0.
      for (let left = bytes - 1; left >= 0; left--) out[next++] = left > 3 ? 0 : (size >>> (left * 8)) & 0xff;
    }
    for (let i = 0; i < 4; i++) out[next++] = (this.#mask >>> (i * 8)) & 0xff;
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
