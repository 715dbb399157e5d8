/**
 * What is to be done when its time has come: a binary heap by due time, the earliest on top. Times are nanoseconds or
 * milliseconds, as the caller likes, of any clock.
 */
export class DueTimes<T> {
  readonly #times: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** When the first is due; infinity when there is none. */
  get earliest(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(due: number, item: T): void {
    let i = this.#times.length;
    this.#times.push(due);
    this.#items.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#times[parent] as number) <= due) break;
      this.#put(i, this.#times[parent] as number, this.#items[parent] as T);
      i = parent;
    }
    this.#put(i, due, item);
  }

  /** Takes out the first that is due. @returns undefined when none is. */
  take(now: number): T | undefined {
    if (this.earliest > now) return undefined;
    const first = this.#items[0];
    const due = this.#times.pop() as number;
    const item = this.#items.pop() as T;
    if (this.#times.length > 0) this.#sink(due, item);
    return first;
  }

  /** Lets an entry find its place from the top, where there is none. */
  #sink(due: number, item: T): void {
    const size = this.#times.length;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      const right = child + 1;
      const least = right < size && (this.#times[right] as number) < (this.#times[child] as number) ? right : child;
      if ((this.#times[least] as number) >= due) break;
      this.#put(i, this.#times[least] as number, this.#items[least] as T);
      i = least;
    }
    this.#put(i, due, item);
  }

  #put(i: number, due: number, item: T): void {
    this.#times[i] = due;
    this.#items[i] = item;
  }
}
