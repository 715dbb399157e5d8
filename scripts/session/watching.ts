import { EventObserver } from '../../bench/run/event-observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { ending } from '../cli/faults.ts';
import type { Output } from '../flags/output.ts';
import type { Watchers } from '../live/watchers.ts';
import { orMisconfigured } from './or-misconfigured.ts';

/** A measurement that is watched: its events go to what `--live` and `--stream` request. */
export class Watching {
  /** Receives what the measurement reports. */
  readonly events: EventObserver;
  readonly #watchers: Watchers;

  constructor(watchers: Watchers) {
    this.#watchers = watchers;
    this.events = new EventObserver(
      (event) => watchers.event(event),
      () => performance.now(),
    );
  }

  /** Whether the terminal is taken, so that nothing else may show progress on it. */
  get hasTerminal(): boolean {
    return this.#watchers.hasTerminal;
  }

  /** Called when nothing is measured any more, before results are printed. */
  leave(): void {
    this.#watchers.leave();
  }

  /** Reports the end. Resolves when the program may end. @param file of the results. */
  async ended(result: Saved, exitCode: number, file: string): Promise<void> {
    this.events.ended(result, { exitCode, file });
    await this.#watchers.close(result);
  }

  /** Reports that the measurement failed. */
  async failed(error: unknown): Promise<void> {
    const { lines, exitCode } = ending(error);
    this.events.ended(undefined, { exitCode, file: null, error: lines.join('\n') });
    await this.#watchers.close(undefined);
  }
}

/**
 * Opens what the flags request to watch with.
 * @throws {ConfigurationError} when a file or a port is not available.
 */
export async function openWatching(output: Output): Promise<Watching> {
  const { Watchers } = await import('../live/watchers.ts');
  try {
    return new Watching(await Watchers.open(output));
  } catch (error) {
    const flag = output.live?.kind === 'page' ? '--live' : '--stream';
    return orMisconfigured(() => {
      throw error;
    }, flag);
  }
}
