/** Things that wait for their time, in the order in which they were put in: none may be due before an earlier one. */
export class DelayLine<T> {
  #waiting: { readonly dueNanos: number; readonly item: T }[] = [];
  #head = 0;

  put(dueNanos: number, item: T): void {
    this.#waiting.push({ dueNanos, item });
  }

  /** When the next thing is due; Infinity when nothing waits. */
  get nextDue(): number {
    return this.#waiting[this.#head]?.dueNanos ?? Number.POSITIVE_INFINITY;
  }

  /** Takes off what is due. */
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
