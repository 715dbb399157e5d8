import type { MeasurementEvent } from '../../../bench/model/event.ts';
import { atExit } from '../../cli/at-exit.ts';
import { divertLog, log } from '../../cli/output.ts';
import { initialState, type LiveState, reduce } from '../live-state.ts';
import type { Watcher } from '../watcher.ts';
import { drawFrame } from './frame.ts';
import { Screen } from './screen.ts';

const FRAME_MS = 250;
/** Size assumed for a terminal that reports none, or zero. */
const DEFAULT_SIZE = { columns: 80, rows: 24 };
const MAX_NOTES = 5;
const CTRL_C = '\x03';

/**
 * The live view on a terminal. It takes the whole screen from the first event until {@link leave}; messages for stderr
 * are shown as notes meanwhile, and printed afterwards.
 */
export class TerminalView implements Watcher {
  readonly #terminal: NodeJS.WriteStream;
  readonly #keyboard: NodeJS.ReadStream;
  readonly #ascii: boolean;
  readonly #screen: Screen;
  #state: LiveState = initialState;
  /** When the measurement started, as its events tell: no event is ever later than now. */
  #begin = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #logged: string[] = [];
  #undo: (() => void)[] = [];

  /** @param keyboard keys are read from it when it is a terminal. */
  constructor(terminal: NodeJS.WriteStream, keyboard: NodeJS.ReadStream, ascii: boolean) {
    this.#terminal = terminal;
    this.#keyboard = keyboard;
    this.#ascii = ascii;
    this.#screen = new Screen(terminal);
  }

  event(event: MeasurementEvent): void {
    this.#state = reduce(this.#state, event);
    this.#begin = Math.min(this.#begin, performance.now() - event.seconds * 1000);
    if (event.event === 'started') this.#enter();
  }

  /** Restores the terminal, and prints what was logged meanwhile. */
  leave(): void {
    clearInterval(this.#timer);
    for (const undo of this.#undo.splice(0).reverse()) undo();
    for (const line of this.#logged.splice(0)) log(line);
  }

  /** Shows the last numbers, and leaves. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#draw();
    this.leave();
  }

  #enter(): void {
    this.#undo.push(
      atExit(() => this.leave()),
      divertLog((line) => {
        this.#logged.push(line);
        this.#state = { ...this.#state, notes: [...this.#state.notes, line.trim()].slice(-MAX_NOTES) };
        this.#draw();
      }),
    );
    this.#screen.enter();
    this.#undo.push(() => this.#screen.leave(), this.#readKeys());
    const resized = () => {
      this.#screen.forget();
      this.#draw();
    };
    this.#terminal.on('resize', resized);
    this.#undo.push(() => this.#terminal.off('resize', resized));
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#draw();
  }

  /** Reads keys one by one: the terminal then reports Ctrl-C as a key, too. @returns what ends that. */
  #readKeys(): () => void {
    const keyboard = this.#keyboard;
    if (!keyboard.isTTY) return () => undefined;
    const pressed = (keys: Buffer) => {
      if (/[qQ]/.test(String(keys)) || String(keys).includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
    };
    keyboard.setRawMode(true);
    keyboard.on('data', pressed);
    return () => {
      keyboard.off('data', pressed);
      keyboard.setRawMode(false);
      keyboard.pause();
    };
  }

  #draw(): void {
    const { columns, rows } = this.#terminal;
    const size = { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows, ascii: this.#ascii };
    this.#screen.draw(drawFrame(this.#state, (performance.now() - this.#begin) / 1000, size));
  }
}
