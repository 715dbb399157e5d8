import type { MeasurementEvent } from '../../bench/model/event.ts';
import type { Saved } from '../../reports/files/saved.ts';

/** Something that shows or writes what happens in a measurement. */
export interface Watcher {
  /** Receives each event while measuring: it must return quickly. */
  event(event: MeasurementEvent): void;
  /** Called when nothing is measured any more, before results are printed. */
  leave?(): void;
  /** Called last. Resolves when the program may end. @param result undefined when the measurement failed. */
  close(result: Saved | undefined): Promise<void>;
}
