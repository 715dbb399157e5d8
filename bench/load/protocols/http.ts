import { copyBytes } from './bytes.ts';
import { codes, texts } from './http/faults.ts';
import { ReplyKind } from './http/reply-kind.ts';
import { ReplyParser } from './http/reply-parser.ts';
import { encodeHttpRequest, type HttpRequest } from './http/request.ts';
import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  LAST,
  MORE,
  type ProtocolEvent,
  REFUSED,
  REFUSED_LAST,
} from './protocol.ts';
import type { ProtocolScope } from './scope.ts';
import { WeightedChoice } from './weighted-choice.ts';

/** HTTP requests to one server. Plain data. */
export interface HttpExchange {
  /** Value of Host, for requests without one. */
  readonly host: string;
  /** One kind of request, or several that are chosen by their weights. */
  readonly requests: readonly HttpRequest[];
  /** False to ask the server to close the connection after each reply. */
  readonly keepAlive: boolean;
}

/** The client's side of HTTP/1.1: RFC 9112. A complete reply with an unexpected status is a refusal. */
export class HttpProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest: boolean;
  readonly greets = false;
  readonly faults = texts;
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  /** Number of replies with each status, including those with a corrupt body. */
  readonly statuses = new Float64Array(1000);
  readonly #requests: readonly Buffer[];
  readonly #kinds: readonly ReplyKind[];
  readonly #choice: WeightedChoice;
  readonly #parser: ReplyParser;

  /** @throws {RangeError} with all faults when a request is invalid. */
  constructor({ host, requests, keepAlive }: HttpExchange, scope: ProtocolScope) {
    this.#requests = requests.map((request) => encodeHttpRequest(request, host, keepAlive));
    this.#kinds = requests.map((request) => new ReplyKind(request));
    const weights = requests.map(({ weight = 1 }) => weight);
    this.#choice = new WeightedChoice(weights, scope);
    this.#parser = new ReplyParser(scope.connections);
    this.longestRequest = Math.max(...this.#requests.map((request) => request.length));
    this.sameRequest = requests.length === 1;
  }

  reset(c: number): void {
    this.#parser.reset(c);
  }

  greet(): number {
    return 0;
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    const request = this.#requests[this.#choice.of(c, sequence)] as Buffer;
    return copyBytes(request, request.length, out, at);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const parser = this.#parser;
    if (sequence < 0) {
      this.replyBytes = 0;
      this.#corrupt(codes.unsolicited);
      return at;
    }
    const kind = this.#kinds[this.#choice.of(c, sequence)] as ReplyKind;
    const next = parser.read(c, kind, bytes, at, end);
    this.replyBytes = parser.bytes;
    if (parser.fault !== 0) this.#corrupt(parser.fault);
    else if (parser.done) this.#complete(kind, parser.head.closes);
    else this.event = MORE;
    return next;
  }

  finish(c: number, sequence: number): void {
    const parser = this.#parser;
    const kind = this.#kinds[this.#choice.of(c, sequence)] as ReplyKind;
    const complete = parser.end(c, kind);
    this.replyBytes = parser.bytes;
    if (complete && parser.fault === 0) this.#complete(kind, true);
    else if (parser.bytes > 0) this.#corrupt(parser.fault);
    else this.event = MORE;
  }

  /** Returns the number of replies with each status since the last call of {@link clearStatuses}. */
  statusCounts(): Record<string, number> {
    return Object.fromEntries([...this.statuses.entries()].filter(([, count]) => count > 0));
  }

  clearStatuses(): void {
    this.statuses.fill(0);
  }

  #complete(kind: ReplyKind, closes: boolean): void {
    const { status } = this.#parser.head;
    this.status = status;
    this.#count(status);
    if (kind.expects(status)) this.event = closes ? LAST : COMPLETE;
    else this.event = closes ? REFUSED_LAST : REFUSED;
  }

  #corrupt(fault: number): void {
    this.event = CORRUPT;
    this.fault = fault;
    const aboutBody = fault === codes.otherBody || fault === codes.shortBody || fault === codes.longBody;
    if (aboutBody) this.#count(this.#parser.head.status);
  }

  #count(status: number): void {
    this.statuses[status] = (this.statuses[status] as number) + 1;
  }
}
