/** A queue of items with due times. An item must not be due before one that was put in earlier. */
export class DelayLine<T> {
  #waiting: { readonly dueNanos: number; readonly item: T }[] = [];
  #head = 0;

  put(dueNanos: number, item: T): void {
    this.#waiting.push({ dueNanos, item });
  }

  /** Time at which the next item is due; Infinity when the queue is empty. */
  get nextDue(): number {
    return this.#waiting[this.#head]?.dueNanos ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and yields the items that are due. */
  *due(now: number): Generator<T> {
    for (let next = this.#waiting[this.#head]; next && next.dueNanos <= now; next = this.#waiting[this.#head]) {
      this.#head++;
      yield next.item;
    }
    if (this.#head < this.#waiting.length) return;
    this.#waiting = [];
    this.#head = 0;
  }
}
