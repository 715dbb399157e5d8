import type { App, DatagramReply, HttpApp, StreamReply, StreamSession } from '../apps/app.ts';
import type { Random } from '../random/streams.ts';
import type { WorkSpec } from './spec.ts';
import { Work } from './work.ts';

/** Wraps an app so that its requests cost something before the reply. Requests received together share one reply. */
export class WorkingApp implements App {
  readonly #app: App;
  readonly #work: Work;
  readonly #requestBytes: number | null;

  /** @param random decides the cost of each request. */
  constructor(app: App, spec: WorkSpec, random: Random) {
    this.#app = app;
    this.#work = new Work(spec, random);
    this.#requestBytes = spec.requestBytes;
  }

  get checkEveryMs(): number | undefined {
    return this.#app.checkEveryMs;
  }

  get http(): HttpApp | undefined {
    const { http } = this.#app;
    return http && { ...http, cost: this.#work };
  }

  stream(): StreamSession {
    const session = this.#app.costlyStream?.(this.#work);
    return session ?? new WorkingSession(this.#app.stream(), this.#work, this.#requestBytes);
  }

  datagram(bytes: Uint8Array, start: number, end: number, reply: DatagramReply): void {
    this.#work.next(reply);
    this.#app.datagram(bytes, start, end, reply);
  }
}

class WorkingSession implements StreamSession {
  readonly open?: (reply: StreamReply) => void;
  readonly finish?: (reply: StreamReply) => void;
  readonly produce?: (reply: StreamReply) => void;
  readonly close?: () => void;
  readonly expire?: (reply: StreamReply) => void;
  readonly #session: StreamSession;
  readonly #work: Work;
  readonly #requestBytes: number | null;
  /** Bytes received of an incomplete request. */
  #partial = 0;

  constructor(session: StreamSession, work: Work, requestBytes: number | null) {
    this.#session = session;
    this.#work = work;
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

  get patienceMs(): number {
    return this.#session.patienceMs ?? 0;
  }

  get hasPendingReply(): boolean {
    return this.#session.hasPendingReply === true;
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const requestBytes = this.#requestBytes ?? end - start;
    this.#partial += end - start;
    for (; this.#partial >= requestBytes; this.#partial -= requestBytes) this.#work.next(reply);
    this.#session.receive(bytes, start, end, reply);
  }
}
