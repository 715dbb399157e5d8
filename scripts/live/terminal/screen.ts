/** The stream that the screen is drawn on: stderr, or a fake in tests. */
export interface ScreenStream {
  write(text: string): unknown;
}

const CSI = '\x1b[';
/**
 * DEC's private modes of xterm, as ECMA-48 provides for: the alternate screen (1049), the cursor (25), and wrapping at
 * the end of a line (7).
 */
const ENTER = `${CSI}?1049h${CSI}?25l${CSI}?7l${CSI}2J`;
const LEAVE = `${CSI}?7h${CSI}?25h${CSI}?1049l`;

/** A full-screen display of lines. What was on the terminal before comes back when it is left. */
export class Screen {
  readonly #stream: ScreenStream;
  /** The lines on the terminal; null when they are not known. */
  #shown: readonly string[] | null = null;
  #entered = false;

  constructor(stream: ScreenStream) {
    this.#stream = stream;
  }

  enter(): void {
    this.#entered = true;
    this.#stream.write(ENTER);
  }

  /** Shows lines in place of those before, in one write of the lines that changed, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (!this.#entered) return;
    const shown = this.#shown;
    // CUP places the cursor, EL clears to the end of the line, ED the whole screen: ECMA-48, 8.3.
    const changes = lines.flatMap((line, i) => (line === shown?.[i] ? [] : [`${CSI}${i + 1};1H${line}${CSI}K`]));
    if (shown === null) changes.unshift(`${CSI}2J`);
    if (changes.length > 0) this.#stream.write(changes.join(''));
    this.#shown = lines;
  }

  /** Forgets what is shown: after a change of size it is anywhere. */
  forget(): void {
    this.#shown = null;
  }

  /** Restores the terminal. Does nothing the second time. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#stream.write(LEAVE);
  }
}
