/** Time limits of a server for its clients: one rule for all models, which measure the time. */

/** What a conversation awaits from its peer. Sessions of an app with time limits (`App.checkEveryMs`) have all of it. */
export interface Awaiting {
  /** Changes when the peer has done its part; the time then starts again. */
  readonly turn: number;
  /** Time limit of the peer's part, from the change of `turn`, in milliseconds; 0 means no limit. */
  readonly timeLimitMs: number;
}

/**
 * Measures the time of one connection's peer. The model checks at intervals and not for each request, so that a request
 * costs nothing. A time-out is therefore late by up to one interval. Delays of the server itself do not count against
 * the peer: between two checks, at most two intervals count.
 */
export class PeerTimer {
  readonly #mostMs: number;
  #turn = Number.NaN;
  #tookMs = 0;
  #lookedMs = 0;

  /** @param checkEveryMs interval between two checks. */
  constructor(checkEveryMs: number) {
    this.#mostMs = 2 * checkEveryMs;
  }

  /** @param nowMs by performance.now(). @returns whether the peer has taken too long. */
  isOver(nowMs: number, { turn, timeLimitMs }: Awaiting): boolean {
    const passedMs = Math.min(nowMs - this.#lookedMs, this.#mostMs);
    this.#lookedMs = nowMs;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#tookMs = 0;
      return false;
    }
    this.#tookMs += passedMs;
    return timeLimitMs > 0 && this.#tookMs >= timeLimitMs;
  }
}

/** Decides when a loop checks its connections for time-outs. Without an interval it never does. */
export class CheckTimes {
  readonly #everyMs: number | undefined;
  #nextMs = 0;

  constructor(everyMs: number | undefined) {
    this.#everyMs = everyMs;
  }

  /** Returns milliseconds until the next check, or -1 when there is none. */
  waitMs(): number {
    return this.#everyMs === undefined ? -1 : Math.max(0, this.#nextMs - performance.now());
  }

  /** Returns the time now if a check is due, and schedules the next one an interval later; -1 if not. */
  due(): number {
    if (this.#everyMs === undefined) return -1;
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return -1;
    this.#nextMs = nowMs + this.#everyMs;
    return nowMs;
  }
}
