import { closeSync, openSync, writeSync } from 'node:fs';
import type { MeasurementEvent } from '../../bench/model/event.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { log, outliveStdout } from '../cli/output.ts';
import type { Watcher } from './watcher.ts';

/** Writes each event as a line of JSON, at once. When it can't be written any more, the measurement goes on without. */
export class EventStream implements Watcher {
  readonly #write: (line: string) => void;
  readonly #end: () => void;
  #isOpen = true;

  private constructor(write: (line: string) => void, end: () => void) {
    this.#write = write;
    this.#end = end;
  }

  /**
   * @param file `-` is stdout.
   * @throws {Error} of the file system.
   */
  static open(file: string): EventStream {
    if (file !== '-') {
      const descriptor = openSync(file, 'w');
      return new EventStream(
        (line) => void writeSync(descriptor, line),
        () => closeSync(descriptor),
      );
    }
    outliveStdout();
    // Node writes to files, pipes and terminals synchronously.
    const write = (line: string) => void (process.stdout.destroyed || process.stdout.write(line));
    return new EventStream(write, () => undefined);
  }

  event(event: MeasurementEvent): void {
    if (!this.#isOpen) return;
    try {
      this.#write(jsonDocument(event, 0));
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      this.#isOpen = false;
      // EPIPE: the reader has what it wanted.
      if (error.code !== 'EPIPE') log(`--stream: can't be written any more: ${error.message}`);
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#end();
  }
}
