/** How many threads or processes that have served their client are kept for the next ones. */
export const IDLE_LIMIT = 64;

/** How long one is kept, in milliseconds: as long as Java's cached pools of threads keep theirs. */
export const IDLE_MS = 60_000;

/** A thread or a process that can be told, while it waits for a client, that none will come. */
export interface IdleWorker {
  dismiss(): void;
}

/**
 * Threads or processes that have served their clients and wait for others. Bounded in number and in time, as the cached
 * pools of Java (Executors.newCachedThreadPool) and the spare servers of Apache (MaxSpareServers) are. The one that came
 * last is taken first: its memory is still in the CPU's caches, and those that are too many get to their time's end.
 */
export class IdleWorkers<W extends IdleWorker> {
  /** The one that has waited longest is the first. */
  readonly #waiting: { readonly worker: W; readonly timer: NodeJS.Timeout }[] = [];
  #closed = false;

  get size(): number {
    return this.#waiting.length;
  }

  /** Keeps a worker, or dismisses it when there are enough, or after {@link IDLE_MS}. */
  add(worker: W): void {
    if (this.#closed || this.#waiting.length >= IDLE_LIMIT) {
      worker.dismiss();
      return;
    }
    const timer = setTimeout(() => {
      this.delete(worker);
      worker.dismiss();
    }, IDLE_MS);
    this.#waiting.push({ worker, timer: timer.unref() });
  }

  /** Takes out the one that came last; undefined when none waits. */
  take(): W | undefined {
    const last = this.#waiting.pop();
    clearTimeout(last?.timer);
    return last?.worker;
  }

  /** A worker has ended: it is kept no more, if it was. */
  delete(worker: W): void {
    const place = this.#waiting.findIndex((waiting) => waiting.worker === worker);
    if (place < 0) return;
    clearTimeout(this.#waiting[place]?.timer);
    this.#waiting.splice(place, 1);
  }

  /** Forgets all without dismissing them, and dismisses all that come. */
  close(): void {
    this.#closed = true;
    while (this.take() !== undefined);
  }
}
