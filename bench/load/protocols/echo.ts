import type { MessageSizes } from '../../model/message-sizes.ts';
import { EchoContent } from './echo-content.ts';
import { faultList } from './faults.ts';
import { MessageSize } from './message-size.ts';
import { type ClientProtocol, COMPLETE, CORRUPT, MORE, type ProtocolEvent } from './protocol.ts';
import type { ProtocolScope } from './scope.ts';

const { codes, texts } = faultList({
  otherBytes: 'the reply differs from the request',
  endedEarly: 'the connection ended within a reply',
});

/** The client's side of echo: each reply equals its request. Sizes are fixed or mixed. Every byte is compared. */
export class EchoProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest = false;
  readonly greets = false;
  readonly faults = texts;
  readonly change?: NonNullable<ClientProtocol['change']>;
  readonly usualReply: number;
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #firstConnection: number;
  readonly #size: MessageSize;
  readonly #content: EchoContent;
  /** Number of compared bytes of the current reply, for each connection. */
  readonly #received: Uint32Array;

  constructor(sizes: MessageSizes, scope: ProtocolScope) {
    this.#firstConnection = scope.firstConnection;
    this.#size = new MessageSize(sizes, scope.streamKey);
    this.#content = new EchoContent(this.#size.largest, scope.streamKey);
    this.#received = new Uint32Array(scope.connections);
    this.longestRequest = this.#size.largest;
    this.usualReply = this.#size.largest;
    const { fixed } = this.#size;
    if (fixed === 0) return;
    this.change = (c, sequence, out, at) => {
      this.#content.writeHeader(out, at, fixed, this.#firstConnection + c, sequence);
    };
  }

  reset(c: number): void {
    this.#received[c] = 0;
  }

  greet(): number {
    return 0;
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    const connection = this.#firstConnection + c;
    return this.#content.write(out, at, this.#size.of(connection, sequence), connection, sequence);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (sequence < 0) return this.#corrupt(codes.unsolicited, 0, at);
    const connection = this.#firstConnection + c;
    const size = this.#size.of(connection, sequence);
    const from = this.#received[c] as number;
    const length = Math.min(end - at, size - from);
    const equal = this.#content.equal(bytes, at, from, length, connection, sequence);
    if (equal < length) return this.#corrupt(codes.otherBytes, from + equal, at + equal);
    if (from + length < size) {
      this.event = MORE;
      this.#received[c] = from + length;
    } else {
      this.event = COMPLETE;
      this.replyBytes = size;
      this.#received[c] = 0;
    }
    return at + length;
  }

  finish(c: number): void {
    const received = this.#received[c] as number;
    if (received > 0) this.#corrupt(codes.endedEarly, received, 0);
    else this.event = MORE;
  }

  #corrupt(fault: number, replyBytes: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = replyBytes;
    return position;
  }
}
