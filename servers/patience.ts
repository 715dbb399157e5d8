/** How long a server waits for clients to do their part: one rule for all models, which keep the time. */

/** What a conversation says about its peer; sessions of an app that sets bounds (`App.lookEveryMs`) have all of it. */
export interface Awaiting {
  /** Changes when the peer has done its part, and the time begins anew. */
  readonly turn: number;
  /** How long the peer may take over its part from when the turn changed, in milliseconds; 0 is for ever. */
  readonly patienceMs: number;
}

/**
 * One connection's time. The model looks every now and then, not for each request, so that a request costs nothing: a
 * time-out comes late by up to one interval. Time in which the server itself was held up is not the peer's: of what passed
 * between two looks, two intervals count at most.
 */
export class Patience {
  readonly #mostMs: number;
  #turn = Number.NaN;
  #tookMs = 0;
  #lookedMs = 0;

  /** @param lookEveryMs between two looks. */
  constructor(lookEveryMs: number) {
    this.#mostMs = 2 * lookEveryMs;
  }

  /** @param nowMs on the clock of performance.now(). @returns has the peer taken too long? */
  isOver(nowMs: number, { turn, patienceMs }: Awaiting): boolean {
    const passedMs = Math.min(nowMs - this.#lookedMs, this.#mostMs);
    this.#lookedMs = nowMs;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#tookMs = 0;
      return false;
    }
    this.#tookMs += passedMs;
    return patienceMs > 0 && this.#tookMs >= patienceMs;
  }
}

/** When a loop is to look at its connections. Without an interval it never is. */
export class LookTimes {
  readonly #everyMs: number | undefined;
  #nextMs = 0;

  constructor(everyMs: number | undefined) {
    this.#everyMs = everyMs;
  }

  /** Milliseconds until the next look; -1 when there is none. */
  waitMs(): number {
    return this.#everyMs === undefined ? -1 : Math.max(0, this.#nextMs - performance.now());
  }

  /** Is it time to look? Then the next look is an interval from now. @returns the time now, or -1 when it is not yet. */
  due(): number {
    if (this.#everyMs === undefined) return -1;
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return -1;
    this.#nextMs = nowMs + this.#everyMs;
    return nowMs;
  }
}
