import type { MeasurementEvent } from '../../bench/model/event.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { render } from '../../reports/renderers/formats.ts';
import { log, mustDrawAscii } from '../cli/output.ts';
import type { Output } from '../flags/output.ts';
import type { Watcher } from './watcher.ts';

/** What watches a measurement, as flags request it. What they do not request is not loaded. */
export class Watchers {
  /** Whether the terminal is taken, so that nothing else may show progress on it. */
  readonly hasTerminal: boolean;
  readonly #watchers: readonly Watcher[];

  private constructor(watchers: readonly Watcher[], hasTerminal: boolean) {
    this.#watchers = watchers;
    this.hasTerminal = hasTerminal;
  }

  /**
   * Opens what `--stream` and `--live` request.
   * @throws {Error} of the system, with the property `syscall`, when a file or a port is not available.
   */
  static async open({ stream, live, ascii, quiet }: Output): Promise<Watchers> {
    const watchers: Watcher[] = [];
    if (stream !== undefined) {
      const { EventStream } = await import('./event-stream.ts');
      watchers.push(EventStream.open(stream));
    }
    if (live?.kind === 'page') {
      const { LivePage } = await import('./page/live-page.ts');
      const page = await LivePage.open(live.port, (result) => render('html', result, { color: false, width: 100 }));
      watchers.push(page);
      log(`live page: ${page.url}`);
    }
    const hasTerminal = live?.kind === 'tui' && process.stderr.isTTY === true;
    if (hasTerminal) {
      const { TerminalView } = await import('./terminal/terminal-view.ts');
      watchers.push(new TerminalView(process.stderr, process.stdin, mustDrawAscii(ascii)));
    } else if (live?.kind === 'tui' && !quiet) log('--live tui: stderr is no terminal: a line for each trial instead');
    return new Watchers(watchers, hasTerminal);
  }

  event(event: MeasurementEvent): void {
    for (const watcher of this.#watchers) watcher.event(event);
  }

  /** Called when nothing is measured any more. */
  leave(): void {
    for (const watcher of this.#watchers) watcher.leave?.();
  }

  /** Resolves when all are closed, which may wait for a browser. */
  async close(result: Saved | undefined): Promise<void> {
    await Promise.all(this.#watchers.map((watcher) => watcher.close(result)));
  }
}
