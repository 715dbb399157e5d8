import type { App, RequestCost, StreamReply, StreamSession } from '../apps/app.ts';

/**
 * Wraps an app so that its requests cost something before the reply. Requests received together share one reply. It
 * serves what the app serves.
 */
export class WorkingApp implements App {
  readonly checkEveryMs: App['checkEveryMs'];
  readonly stream?: NonNullable<App['stream']>;
  readonly datagram?: NonNullable<App['datagram']>;

  /** @param requestBytes as in WorkSpec. */
  constructor(app: App, cost: RequestCost, requestBytes: number | null) {
    this.checkEveryMs = app.checkEveryMs;
    const stream = app.stream?.bind(app);
    const datagram = app.datagram?.bind(app);
    if (stream !== undefined) this.stream = () => new WorkingSession(stream(), cost, requestBytes);
    if (datagram !== undefined) {
      this.datagram = (bytes, start, end, reply) => {
        cost.next(reply);
        datagram(bytes, start, end, reply);
      };
    }
  }
}

class WorkingSession implements StreamSession {
  readonly open?: (reply: StreamReply) => void;
  readonly finish?: (reply: StreamReply) => void;
  readonly produce?: (reply: StreamReply) => void;
  readonly close?: () => void;
  readonly expire?: (reply: StreamReply) => void;
  readonly #session: StreamSession;
  readonly #cost: RequestCost;
  readonly #requestBytes: number | null;
  /** Bytes received of an incomplete request. */
  #partial = 0;

  constructor(session: StreamSession, cost: RequestCost, requestBytes: number | null) {
    this.#session = session;
    this.#cost = cost;
    this.#requestBytes = requestBytes;
    if (session.open !== undefined) this.open = session.open.bind(session);
    if (session.finish !== undefined) this.finish = session.finish.bind(session);
    if (session.produce !== undefined) this.produce = session.produce.bind(session);
    if (session.close !== undefined) this.close = session.close.bind(session);
    if (session.expire !== undefined) this.expire = session.expire.bind(session);
  }

  get turn(): number {
    return this.#session.turn ?? 0;
  }

  get timeLimitMs(): number {
    return this.#session.timeLimitMs ?? 0;
  }

  get hasPendingReply(): boolean {
    return this.#session.hasPendingReply === true;
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const requestBytes = this.#requestBytes ?? end - start;
    this.#partial += end - start;
    for (; this.#partial >= requestBytes; this.#partial -= requestBytes) this.#cost.next(reply);
    this.#session.receive(bytes, start, end, reply);
  }
}
