/**
 * A priority queue of items by due time: a binary heap with the earliest on top. Times are nanoseconds or milliseconds
 * of any clock; the caller chooses.
 */
export class DueTimes<T> {
  readonly #times: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** Due time of the first item, or infinity when there is none. */
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

  /** Removes and returns the first item that is due. @returns undefined when none is due. */
  take(now: number): T | undefined {
    if (this.earliest > now) return undefined;
    const first = this.#items[0];
    const due = this.#times.pop() as number;
    const item = this.#items.pop() as T;
    if (this.#times.length > 0) this.#sink(due, item);
    return first;
  }

  /** Moves an entry down from the empty top to its place. */
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
