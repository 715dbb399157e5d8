/**
 * How late this thread picks up what came, where the kernel's receive timestamps are out of reach: an upper bound for each
 * reply, from Node's event loop. The loop asks the kernel what is ready, handles all of that, and asks again:
 *
 *     ask │ handle a, b, c │ ask (blocks) │ handle d │ ask │ handle e, f
 *         ^ looked                        ^ looked         ^ looked
 *
 * Where asking blocked, nothing was ready before, and the first reply ended the block: d waited for nothing. Where it did
 * not, a reply may have come at any time since the loop had asked before: e waited no longer than since then. A reply also
 * waits while those before it in the same turn are handled, as f does. What is not seen: how long this thread waits for a
 * CPU when it is woken, and the reading of the first reply of a turn.
 */
export class PickupLag {
  /** When the loop had asked last: what is handled now had not come before. */
  #notBefore = 0;
  #looked = 0;
  #inTurn = false;
  /** Milliseconds that the loop has been blocked in all. */
  #idleMs = 0;
  readonly #idle: () => number;
  readonly #afterTurn: (end: () => void) => void;
  readonly #end = (): void => {
    this.#inTurn = false;
  };

  /**
   * @param idle how long the calling thread's loop has been blocked, in milliseconds.
   * @param afterTurn calls back when all that was ready has been handled.
   */
  constructor(idle = () => performance.nodeTiming.idleTime, afterTurn: (end: () => void) => void = setImmediate) {
    this.#idle = idle;
    this.#afterTurn = afterTurn;
  }

  /** A reply is being handled. @returns nanoseconds that it waited for this thread at most. */
  of(now: number): number {
    if (!this.#inTurn) {
      const idleMs = this.#idle();
      this.#notBefore = idleMs > this.#idleMs || this.#looked === 0 ? now : this.#looked;
      this.#idleMs = idleMs;
      this.#looked = now;
      this.#inTurn = true;
      this.#afterTurn(this.#end);
    }
    return now - this.#notBefore;
  }

  /** The loop has just asked, and had nothing to handle: it is doing something else, such as a timer. */
  look(now: number): void {
    if (this.#inTurn) return;
    this.#idleMs = this.#idle();
    this.#looked = now;
  }
}
