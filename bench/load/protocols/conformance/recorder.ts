import { endsConnection, eventNames, isReply } from '../events.ts';
import { exampleOf } from '../example.ts';
import { CLOSE, type ClientProtocol, CORRUPT, MORE, NO_REQUEST, READY, RESPOND } from '../protocol.ts';
import type { Conversation } from './conversation.ts';

/** A server's reply is not what the protocol expects: either of them is wrong. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply';
}

/**
 * Records a conversation with a server: sends each request when the one before is answered, and keeps the bytes of each
 * reply. It has no socket: its caller moves the bytes.
 */
export class ConversationRecorder {
  readonly #protocol: ClientProtocol;
  readonly #c: number;
  readonly #requests: number;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #out: Uint8Array;
  readonly #replies: Uint8Array[] = [];
  #greeting: Uint8Array = new Uint8Array(0);
  /** Bytes since the last greeting or reply. */
  #received: Uint8Array[] = [];
  #ready: boolean;
  #ended = false;
  #finReply = false;

  /** @param requests number of requests to send. @param send receives what the client sends. */
  constructor(protocol: ClientProtocol, c: number, requests: number, send: (bytes: Uint8Array) => void) {
    this.#protocol = protocol;
    this.#c = c;
    this.#requests = requests;
    this.#send = send;
    this.#out = new Uint8Array(protocol.longestRequest);
    this.#ready = !protocol.greets;
  }

  /** True when all requests are answered, or the server closes the connection. */
  get done(): boolean {
    return this.#ended || this.#replies.length >= this.#requests;
  }

  /** Opens the connection: sends the greeting, or the first request. */
  begin(): void {
    this.#protocol.reset(this.#c);
    this.#write(this.#protocol.greet(this.#c, this.#out, 0));
    if (this.#ready) this.#ask();
  }

  /** Handles received bytes, which must stay as they are. @throws {UnexpectedReply} @throws {ContractError} */
  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.done; ) {
      const next = this.#protocol.consume(this.#c, this.#sequence, bytes, at, bytes.length);
      if (this.#protocol.event === CORRUPT) throw this.#unexpected(exampleOf(bytes, at, bytes.length, next));
      this.#received.push(bytes.subarray(at, next));
      this.#handle();
      at = next;
    }
  }

  /** Handles FIN of the server. @throws {UnexpectedReply} when it ends neither a reply nor the conversation. */
  finish(): void {
    if (this.done) return;
    if (this.#ready) this.#protocol.finish?.(this.#c, this.#sequence);
    const isEnd = this.#ready && this.#protocol.finish !== undefined && this.#protocol.event !== MORE;
    if (!isEnd) throw new UnexpectedReply(`the server closed the connection after ${this.#replies.length} replies`);
    if (this.#protocol.event === CORRUPT) throw this.#unexpected('');
    this.#finReply = true;
    this.#handle();
  }

  /** Returns what was received so far. */
  conversation(): Conversation {
    return { greeting: this.#greeting, replies: this.#replies, ...(this.#finReply && { ends: true }) };
  }

  get #sequence(): number {
    return this.#ready ? this.#replies.length : NO_REQUEST;
  }

  #handle(): void {
    const { event } = this.#protocol;
    if (event === RESPOND || event === CLOSE) this.#write(this.#protocol.respond?.(this.#c, this.#out, 0) ?? 0);
    if (isReply(event) && !this.#ready) {
      throw new UnexpectedReply(`the server refused the greeting: ${this.#protocol.refusal?.(this.#c) ?? ''}`);
    }
    if (isReply(event)) this.#replies.push(this.#take());
    if (event === READY) {
      this.#greeting = this.#take();
      this.#ready = true;
    }
    this.#ended = endsConnection(event);
    if ((isReply(event) || event === READY) && !this.done) this.#ask();
  }

  #take(): Uint8Array {
    const bytes = Buffer.concat(this.#received);
    this.#received = [];
    return bytes;
  }

  #ask(): void {
    this.#write(this.#protocol.encode(this.#c, this.#replies.length, this.#out, 0));
  }

  #write(length: number): void {
    if (length > 0) this.#send(this.#out.slice(0, length));
  }

  #unexpected(example: string): UnexpectedReply {
    const { faults, fault, replyBytes } = this.#protocol;
    const where = this.#ready ? `reply ${this.#replies.length}` : 'the greeting';
    const shown = example === '' ? '' : `: ${example}`;
    return new UnexpectedReply(
      `${where} is ${eventNames[CORRUPT]} after ${replyBytes} bytes (${faults[fault]})${shown}`,
    );
  }
}
