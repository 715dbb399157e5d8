import { ContractError } from '../contract-error.ts';
import { endsConnection, eventNames, isReply } from '../events.ts';
import {
  CLOSE,
  type ClientProtocol,
  CORRUPT,
  MORE,
  NO_REQUEST,
  READY,
  REFUSED,
  REFUSED_LAST,
  RESPOND,
} from '../protocol.ts';

/** Bytes before and after those that a protocol may read. A read beyond its range then changes its events. */
export interface AdjacentBytes {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Calls a guarded protocol for one connection as the engine does, and records every event as a line of text. */
export class RecordingClient {
  /** One line for each event, except MORE. */
  readonly events: string[] = [];
  /** Number of answered requests. */
  answered = 0;
  /** True when the engine would close the connection. */
  ended = false;
  readonly #protocol: ClientProtocol;
  readonly #c: number;
  readonly #requests: number;
  readonly #adjacent: AdjacentBytes;
  readonly #out: Buffer;
  #ready: boolean;

  /** Opens a connection, and sends `requests` requests together as soon as it is ready. */
  constructor(protocol: ClientProtocol, c: number, requests: number, adjacent: AdjacentBytes) {
    this.#protocol = protocol;
    this.#c = c;
    this.#requests = requests;
    this.#adjacent = adjacent;
    this.#out = Buffer.alloc(protocol.longestRequest);
    protocol.reset(c);
    this.#record('greet', protocol.greet(c, this.#out, 0));
    this.#ready = !protocol.greets;
    if (this.#ready) this.#sendAll();
  }

  /** Receives bytes. @throws {ContractError} when the protocol violates its contract. */
  receive(piece: Uint8Array): void {
    const { before, after } = this.#adjacent;
    const end = before.length + piece.length;
    const bytes = Buffer.allocUnsafe(end + after.length);
    bytes.set(before);
    bytes.set(piece, before.length);
    bytes.set(after, end);
    for (let at = before.length; at < end && !this.ended; ) {
      at = this.#protocol.consume(this.#c, this.#sequence, bytes, at, end);
      this.#handle();
    }
    const isUnchanged =
      bytes.compare(piece, 0, piece.length, before.length, end) === 0 &&
      bytes.compare(before, 0, before.length, 0, before.length) === 0 &&
      bytes.compare(after, 0, after.length, end) === 0;
    if (!isUnchanged) throw new ContractError('consume changed the bytes that it read');
  }

  /** Receives FIN. */
  finish(): void {
    const protocol = this.#protocol;
    if (this.ended || this.#sequence === NO_REQUEST || protocol.finish === undefined) return;
    protocol.finish(this.#c, this.#sequence);
    this.#handle();
  }

  get #sequence(): number {
    return this.#ready && this.answered < this.#requests ? this.answered : NO_REQUEST;
  }

  #handle(): void {
    const { event, status, replyBytes, fault } = this.#protocol;
    if (event === MORE) return;
    const refused = event === REFUSED || event === REFUSED_LAST;
    let line = `${eventNames[event]}, `;
    line += event === CORRUPT ? `fault ${fault}, ${this.#protocol.faults[fault]}` : `status ${status}`;
    if (isReply(event) || event === CORRUPT) line += `, ${replyBytes} bytes`;
    if (refused) line += `, ${this.#protocol.refusal?.(this.#c)}`;
    this.events.push(line);
    if (isReply(event) && this.#ready) this.answered++;
    this.ended = endsConnection(event) || (refused && !this.#ready);
    if (event === READY) this.#becomeReady();
    if (event === RESPOND || event === CLOSE) {
      this.#record('respond', this.#protocol.respond?.(this.#c, this.#out, 0) ?? 0);
    }
  }

  #becomeReady(): void {
    this.#ready = true;
    this.#sendAll();
  }

  #sendAll(): void {
    for (let sequence = 0; sequence < this.#requests; sequence++) {
      this.#record('encode', this.#protocol.encode(this.#c, sequence, this.#out, 0));
    }
  }

  #record(what: string, length: number): void {
    this.events.push(`${what}: ${this.#out.toString('latin1', 0, length)}`);
  }
}
