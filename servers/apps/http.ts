import type { App, AppOptions, HttpApp, RequestCost, StreamApp, StreamReply, StreamSession } from './app.ts';
import { type Answer, answers, answerTo, refusal } from './http/answers.ts';
import { DatedReply } from './http/dated-reply.ts';
import type { Method } from './http/request-line.ts';
import { RequestParser } from './http/request-parser.ts';
import { checkEveryMs, type HttpTimeLimits } from './http/time-limits.ts';

/** Most replies sent at once. */
const MAX_TOGETHER = 64;

const KEEP_ALIVE = ['Connection: keep-alive'];
const CLOSE = ['Connection: close'];

const CONTINUE = new TextEncoder().encode('HTTP/1.1 100 Continue\r\n\r\n');

/** A reply in three variants: as usual for HTTP/1.1, with keep-alive for HTTP/1.0, and with close. */
class Variants {
  readonly usual: DatedReply;
  readonly keepAlive: DatedReply;
  readonly close: DatedReply;

  constructor({ status, reason, fields, body }: Answer) {
    const line = `${status} ${reason}`;
    const headers = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    this.usual = new DatedReply(line, headers, body, MAX_TOGETHER);
    this.keepAlive = new DatedReply(line, [...headers, ...KEEP_ALIVE], body);
    this.close = new DatedReply(line, [...headers, ...CLOSE], body);
  }
}

const replies: Readonly<Record<Method, Variants>> = {
  get: new Variants(answers.get),
  head: new Variants(answers.head),
  other: new Variants(answers.other),
  unknown: new Variants(answers.unknown),
};

/** Collects the replies of one turn, and sends consecutive copies of the usual reply together. */
class TurnReplies {
  #reply: DatedReply | undefined;
  #copies = 0;

  add(next: DatedReply, to: StreamReply): void {
    if (next !== this.#reply || this.#copies === next.bytes.length / next.length) this.flush(to);
    this.#reply = next;
    this.#copies++;
  }

  flush(to: StreamReply): void {
    const reply = this.#reply;
    if (reply === undefined) return;
    reply.date(Math.floor(Date.now() / 1000));
    to.send(reply.bytes, 0, this.#copies * reply.length);
    this.#reply = undefined;
    this.#copies = 0;
  }
}

/** Shared by all sessions of a thread: it is empty between turns. */
const turnReplies = new TurnReplies();

class HttpSession implements StreamSession {
  readonly #parser = new RequestParser();
  readonly #limits: HttpTimeLimits;
  readonly #cost: RequestCost | undefined;
  #answered = 0;

  constructor(limits: HttpTimeLimits, cost: RequestCost | undefined) {
    this.#limits = limits;
    this.#cost = cost;
  }

  /** The turn changes twice per request: at its first byte and at its end. */
  get turn(): number {
    return 2 * this.#answered + (this.#parser.idle ? 0 : 1);
  }

  get timeLimitMs(): number {
    if (this.#parser.idle) return this.#limits.idleMs;
    return this.#parser.inBody ? this.#limits.requestMs : this.#limits.headerMs;
  }

  /** Answers an incomplete request with 408. An idle client gets no reply, because it has no request in flight. */
  expire(reply: StreamReply): void {
    if (this.#parser.idle) reply.end();
    else refuse(408, reply);
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const parser = this.#parser;
    for (let at = start; at < end; ) {
      at = parser.read(bytes, at, end);
      if (at < 0) {
        refuse(-at, reply);
        return;
      }
      if (parser.awaitsContinue) {
        turnReplies.flush(reply);
        reply.sendConstant(CONTINUE, 0, CONTINUE.length);
      }
      if (parser.done && !this.#answer(reply)) return;
    }
    turnReplies.flush(reply);
  }

  /** Answers a truncated request with 400: RFC 9112 §8. */
  finish(reply: StreamReply): void {
    if (!this.#parser.idle) refuse(400, reply);
  }

  /** Replies to the parsed request. @returns whether the connection stays open. */
  #answer(reply: StreamReply): boolean {
    const parser = this.#parser;
    this.#answered++;
    if (this.#cost !== undefined) {
      // Earlier replies must not wait for this request's work.
      turnReplies.flush(reply);
      this.#cost.next(reply);
    }
    const { usual, keepAlive, close } = replies[parser.method];
    if (!parser.persistent) {
      turnReplies.add(close, reply);
      turnReplies.flush(reply);
      reply.end();
      return false;
    }
    turnReplies.add(parser.confirmsKeepAlive ? keepAlive : usual, reply);
    parser.next();
    return true;
  }
}

/** Sends an error status after earlier replies, and ends the connection: the start of the next request is unknown. */
function refuse(status: number, reply: StreamReply): void {
  turnReplies.flush(reply);
  turnReplies.add(refusal(status), reply);
  turnReplies.flush(reply);
  reply.end();
}

/**
 * An HTTP/1.1 server (RFC 9110, RFC 9112) whose every path is the page "Hello, World!", for GET and HEAD. Connections
 * stay open and requests may be pipelined; bodies are discarded. Malformed or ambiguous requests are refused and end
 * the connection. So do clients that exceed a time limit.
 */
class Http implements App, StreamApp {
  readonly appliesCost = true;
  readonly checkEveryMs: number | undefined;
  readonly http: HttpApp;
  readonly #limits: HttpTimeLimits;
  readonly #cost: RequestCost | undefined;

  constructor(limits: HttpTimeLimits, cost: RequestCost | undefined) {
    this.http = { answerTo, limits, cost };
    this.checkEveryMs = checkEveryMs(limits);
    this.#limits = limits;
    this.#cost = cost;
  }

  stream(): StreamSession {
    return new HttpSession(this.#limits, this.#cost);
  }
}

export function createApp({ timeLimits, cost }: Pick<AppOptions, 'timeLimits' | 'cost'>): App & StreamApp {
  return new Http(timeLimits, cost);
}
