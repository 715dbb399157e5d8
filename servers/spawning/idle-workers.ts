/** Maximum of idle threads or processes kept for the next clients. */
export const IDLE_LIMIT = 64;

/** How long an idle one is kept, in milliseconds: as long as in Java's cached thread pools. */
export const IDLE_MS = 60_000;

/** A thread or a process that can be dismissed while it waits for a client. */
export interface IdleWorker {
  dismiss(): void;
}

/**
 * Idle threads or processes, which wait for the next client. Their number and their time are bounded, as in the cached
 * pools of Java (Executors.newCachedThreadPool) and the spare servers of Apache (MaxSpareServers). The last one added
 * is taken first: its memory is still in the CPU's caches, and surplus ones reach their time limit.
 */
export class IdleWorkers<W extends IdleWorker> {
  /** In order of arrival: the first has waited longest. */
  readonly #waiting: { readonly worker: W; readonly timer: NodeJS.Timeout }[] = [];
  #closed = false;

  get size(): number {
    return this.#waiting.length;
  }

  /** Keeps a worker for up to {@link IDLE_MS}, then dismisses it. Dismisses it at once when there are enough. */
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

  /** Removes and returns the worker added last, or undefined when none waits. */
  take(): W | undefined {
    const last = this.#waiting.pop();
    clearTimeout(last?.timer);
    return last?.worker;
  }

  /** Removes a worker that has ended, if it was kept. */
  delete(worker: W): void {
    const place = this.#waiting.findIndex((waiting) => waiting.worker === worker);
    if (place < 0) return;
    clearTimeout(this.#waiting[place]?.timer);
    this.#waiting.splice(place, 1);
  }

  /** Removes all workers without dismissing them. Later ones are dismissed at once. */
  close(): void {
    this.#closed = true;
    while (this.take() !== undefined);
  }
}
