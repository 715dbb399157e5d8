import type { MeasurementEvent } from '../../bench/model/event.ts';

/** Events that may wait for a reader. When there are more, it misses samples: the others are as few as trials. */
const MAX_WAITING = 1000;

interface Reader {
  readonly waiting: MeasurementEvent[];
  wake(): void;
}

/** The events of one measurement, for any number of readers. Without a reader, nothing is kept. */
export class EventFeed {
  readonly #readers = new Set<Reader>();
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;

  emit(event: MeasurementEvent): void {
    for (const { waiting, wake } of this.#readers) {
      if (waiting.length >= MAX_WAITING && event.event === 'sample') continue;
      waiting.push(event);
      wake();
    }
  }

  /** Ends all readers, after the events that wait for them. */
  end(): void {
    this.#hasEnded = true;
    for (const { wake } of this.#readers) wake();
  }

  /** Ends all readers with an error, after the events that wait for them. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** Returns the events from now on. @throws the error of {@link fail}. */
  async *read(): AsyncGenerator<MeasurementEvent, void, void> {
    const reader: Reader = { waiting: [], wake: () => undefined };
    this.#readers.add(reader);
    try {
      for (;;) {
        for (let event = reader.waiting.shift(); event !== undefined; event = reader.waiting.shift()) yield event;
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#hasEnded) return;
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}
