import { ConfigurationError } from '../../bench/model/errors.ts';
import type { MeasurementEvent } from '../../bench/model/event.ts';
import { EventFeed } from './event-feed.ts';

/**
 * A measurement that runs: a promise of its result, and its events for those that iterate over it. Iterating begins with
 * the next event. When the measurement fails, both the promise and the iteration throw why.
 */
export interface Measurement<R> extends Promise<R>, AsyncIterable<MeasurementEvent> {}

/** Whether a measurement runs in this thread. */
let isMeasuring = false;

/**
 * Begins a measurement.
 * @param work measures, and reports its events.
 */
export function begin<R>(work: (emit: (event: MeasurementEvent) => void) => Promise<R>): Measurement<R> {
  const feed = new EventFeed();
  const result = alone(async () => {
    try {
      return await work((event) => feed.emit(event));
    } catch (error) {
      feed.fail(error);
      throw error;
    } finally {
      feed.end();
    }
  });
  return Object.assign(result, {
    [Symbol.asyncIterator]() {
      // The iteration throws, too, so the promise needs no handler.
      result.catch(() => undefined);
      return feed.read();
    },
  });
}

/** Two measurements at the same time would disturb each other. @throws {ConfigurationError} when one runs already. */
async function alone<R>(work: () => Promise<R>): Promise<R> {
  if (isMeasuring) {
    throw new ConfigurationError([
      'a measurement already runs in this process, and two at once would disturb each other: await the first',
    ]);
  }
  isMeasuring = true;
  try {
    return await work();
  } finally {
    isMeasuring = false;
  }
}
