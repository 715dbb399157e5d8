import {
  CLOSE,
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  READY,
  REFUSED,
  REFUSED_LAST,
  RESPOND,
} from '../protocol.ts';

/** Names of events in reports. */
const NAMES = ['MORE', 'READY', 'COMPLETE', 'LAST', 'REFUSED', 'REFUSED_LAST', 'RESPOND', 'CLOSE', 'CORRUPT'];
const ENDING: readonly number[] = [LAST, REFUSED_LAST, CLOSE, CORRUPT];

/** A protocol violates its contract, so that the engine could not continue. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** Bytes before and after those that a protocol may read. A read beyond its range then changes its events. */
export interface AdjacentBytes {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Calls a protocol for one connection as the engine does, and records every event as a line of text. */
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
  readonly #out: Uint8Array;
  #ready: boolean;

  /** Opens a connection, and sends `requests` requests together as soon as it is ready. */
  constructor(protocol: ClientProtocol, c: number, requests: number, adjacent: AdjacentBytes) {
    this.#protocol = protocol;
    this.#c = c;
    this.#requests = requests;
    this.#adjacent = adjacent;
    this.#out = new Uint8Array(protocol.longestRequest);
    protocol.reset(c);
    this.#write('greet', protocol.greet(c, this.#out, 0));
    this.#ready = !protocol.greets;
    if (this.#ready) this.#sendAll();
  }

  /** Receives bytes. @throws {ContractError} when the protocol violates its contract. */
  receive(piece: Uint8Array): void {
    const { before, after } = this.#adjacent;
    const bytes = Buffer.concat([before, piece, after]);
    const end = before.length + piece.length;
    let at = before.length;
    while (at < end && !this.ended) {
      const next = this.#protocol.consume(this.#c, this.#sequence, bytes, at, end);
      this.#checkPosition(at, next, end);
      this.#handle();
      at = next;
    }
    if (!bytes.equals(Buffer.concat([before, piece, after])))
      throw new ContractError('consume changed the bytes that it read');
  }

  /** Receives FIN. */
  finish(): void {
    const protocol = this.#protocol;
    if (this.ended || this.#sequence === NO_REQUEST || protocol.finish === undefined) return;
    protocol.finish(this.#c, this.#sequence);
    const allowed: readonly number[] = [MORE, LAST, REFUSED_LAST, CORRUPT];
    if (!allowed.includes(protocol.event)) throw new ContractError(`finish reported ${NAMES[protocol.event]}`);
    this.#handle();
  }

  get #sequence(): number {
    return this.#ready && this.answered < this.#requests ? this.answered : NO_REQUEST;
  }

  #checkPosition(at: number, next: number, end: number): void {
    const { event } = this.#protocol;
    const name = NAMES[event] ?? `event ${event}`;
    if (!(Number.isInteger(next) && next >= at && next <= end)) {
      throw new ContractError(`consume stopped at ${next - at} of ${end - at} bytes (${name})`);
    }
    if (NAMES[event] === undefined) throw new ContractError(`consume reported ${name}, which does not exist`);
    if (event === MORE && next < end) throw new ContractError(`consume left ${end - next} bytes with MORE`);
    if (event !== CORRUPT && next === at) throw new ContractError(`consume took no byte (${name})`);
  }

  #handle(): void {
    const { event, status, replyBytes, fault } = this.#protocol;
    if (event === MORE) return;
    const isReply = event === COMPLETE || event === LAST || event === REFUSED || event === REFUSED_LAST;
    const refused = event === REFUSED || event === REFUSED_LAST;
    const details = event === CORRUPT ? [`fault ${fault}`, this.#protocol.faults[fault]] : [`status ${status}`];
    if (event === CORRUPT && !this.#protocol.faults[fault]) throw new ContractError(`fault ${fault} has no text`);
    if (isReply || event === CORRUPT) details.push(`${replyBytes} bytes`);
    if (refused) details.push(this.#protocol.refusal?.(this.#c));
    this.events.push([NAMES[event], ...details].join(', '));
    if (isReply && this.#sequence === NO_REQUEST && this.#ready) throw new ContractError('a reply without a request');
    if (isReply && this.#ready) this.answered++;
    this.ended = ENDING.includes(event) || (refused && !this.#ready);
    if (event === READY) this.#becomeReady();
    if (event === RESPOND || event === CLOSE) {
      this.#write('respond', this.#protocol.respond?.(this.#c, this.#out, 0) ?? 0);
    }
  }

  #becomeReady(): void {
    if (this.#ready) throw new ContractError('READY without a greeting');
    this.#ready = true;
    this.#sendAll();
  }

  #sendAll(): void {
    for (let sequence = 0; sequence < this.#requests; sequence++) {
      this.#write('encode', this.#protocol.encode(this.#c, sequence, this.#out, 0));
    }
  }

  #write(what: string, length: number): void {
    if (!(Number.isInteger(length) && length >= 0 && length <= this.#out.length)) {
      throw new ContractError(`${what} wrote ${length} bytes; longestRequest is ${this.#out.length}`);
    }
    this.events.push(`${what}: ${Buffer.from(this.#out.subarray(0, length)).toString('latin1')}`);
  }
}
