import { NativeMemory } from '../../../sockets/memory/memory.ts';
import type { MessageSizes } from '../../model/message-sizes.ts';
import { connectionIn, EchoContent, HEADER_BYTES, sequenceIn } from '../protocols/echo-content.ts';
import { MessageSize } from '../protocols/message-size.ts';
import type { ProtocolScope } from '../protocols/scope.ts';
import { ANSWER, DAMAGED, type DatagramContent, type DatagramFinding, UNREADABLE } from './content.ts';

/** Echoed datagrams: each contains the number of its socket and its sequence number, so that a reply names its request. */
export class EchoDatagrams implements DatagramContent {
  sequence = 0;
  readonly fixedSize: number;
  readonly longestRequest: number;
  readonly longestReply: number;
  readonly outbox: NativeMemory;
  readonly #size: MessageSize;
  readonly #content: EchoContent;
  readonly #firstConnection: number;
  readonly #lengths: Int32Array;

  /** @param batch how many requests the outbox holds. */
  constructor(
    sizes: MessageSizes,
    batch: number,
    { firstConnection, streamKey }: Pick<ProtocolScope, 'firstConnection' | 'streamKey'>,
  ) {
    const size = new MessageSize(sizes, streamKey);
    this.#size = size;
    this.#content = new EchoContent(size.largest, streamKey);
    this.#firstConnection = firstConnection;
    this.#lengths = new Int32Array(batch);
    this.outbox = new NativeMemory(size.largest * batch);
    // Only headers differ: a shorter message begins as a longer one.
    for (let i = 0; i < batch; i++) this.#content.write(this.outbox.bytes, i * size.largest, size.largest, 0, 0);
    this.fixedSize = size.fixed;
    this.longestRequest = size.largest;
    this.longestReply = size.largest;
  }

  write(i: number, s: number, sequence: number): void {
    const connection = this.#firstConnection + s;
    const length = this.#size.of(connection, sequence);
    this.#lengths[i] = length;
    this.#content.writeHeader(this.outbox.bytes, i * this.longestRequest, length, connection, sequence);
  }

  lengthAt(i: number): number {
    return this.#lengths[i] as number;
  }

  read(s: number, data: NativeMemory, at: number, length: number): DatagramFinding {
    const connection = this.#firstConnection + s;
    const sequence = sequenceIn(data.int32, at);
    this.sequence = sequence;
    const isWhole = length === this.#size.of(connection, sequence);
    if (isWhole && this.#content.equal(data.bytes, at, 0, length, connection, sequence) === length) return ANSWER;
    return length >= HEADER_BYTES ? DAMAGED : UNREADABLE;
  }

  isOwn(s: number, data: NativeMemory, at: number, length: number): boolean {
    return length >= HEADER_BYTES && connectionIn(data.int32, at) === this.#firstConnection + s;
  }

  free(): void {
    this.outbox.free();
  }
}
