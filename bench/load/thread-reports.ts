import type { EventEmitter } from 'node:events';
import type { OpeningReport, ThreadReport } from './thread-report.ts';

/** The reports of a generator thread, by kind. */
interface ReportKinds {
  readonly opened: OpeningReport;
  readonly finished: ThreadReport;
}

/** A message from a generator thread to the main thread. */
export type ThreadMessage = {
  [K in keyof ReportKinds]: { readonly kind: K; readonly report: ReportKinds[K] };
}[keyof ReportKinds];

/**
 * The reports of one generator thread, as the main thread awaits them. A report that was received, or will never be, is
 * referred to by nothing here: a thread may send any number of them, one for each window.
 */
export class ThreadReports {
  readonly #worker: EventEmitter;
  #failure: Error | undefined;

  /** @param worker the thread: it emits `message`s, `error` when it fails, and at last `exit`. */
  constructor(worker: EventEmitter) {
    this.#worker = worker;
    worker.once('error', (error: Error) => {
      this.#failure ??= error;
    });
    worker.once('exit', () => {
      this.#failure ??= new Error('a generator thread ended unexpectedly');
    });
  }

  /**
   * Resolves with the next report of that kind. Rejects when the thread ends before it, or has ended; a rejection that
   * no caller handles is ignored.
   */
  next<K extends keyof ReportKinds>(kind: K): Promise<ReportKinds[K]> {
    const report = new Promise<ReportKinds[K]>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const onMessage = (message: ThreadMessage) => {
        if (message.kind === kind) settle(() => resolve(message.report as ReportKinds[K]));
      };
      const onEnd = () => settle(() => reject(this.#failure));
      const settle = (how: () => void) => {
        this.#worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
        how();
      };
      this.#worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
    });
    report.catch(() => undefined);
    return report;
  }
}
