import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { withControlsShown } from '../../reports/text/plain.ts';

/**
 * Makes text of unknown origin safe for a terminal, piece by piece. Newlines and tabs pass. Other control characters
 * are shown as `\x1b`, so the text cannot move the cursor, change colours, rename the window or query the terminal.
 * Bytes are decoded as UTF-8.
 */
export class SafeText {
  readonly #decoder = new StringDecoder('utf8');
  /** A carriage return at the end of the last piece, held because a newline may follow. */
  #held = '';

  /** Returns the next piece, except for a trailing part that depends on the bytes that follow. */
  next(bytes: Buffer): string {
    return this.#safe(this.#decoder.write(bytes), true);
  }

  /** Returns the part that was held back, at the end of the text. */
  end(): string {
    return this.#safe(this.#decoder.end(), false);
  }

  #safe(piece: string, more: boolean): string {
    const text = this.#held + piece;
    this.#held = more && text.endsWith('\r') ? '\r' : '';
    const known = text.slice(0, text.length - this.#held.length);
    return known.replaceAll('\r\n', '\n').replace(/[^\n\t]+/g, withControlsShown);
  }
}

/** Prints data of a peer as it arrives: safe text on a terminal, the unchanged bytes elsewhere. */
export class Display {
  readonly #output: Writable;
  readonly #text: SafeText | undefined;
  #midLine = false;

  constructor(output: Writable, terminal: boolean) {
    this.#output = output;
    this.#text = terminal ? new SafeText() : undefined;
  }

  /** Whether the output's buffer is full because its reader is slow. */
  get full(): boolean {
    return this.#output.writableNeedDrain;
  }

  /** Prints bytes. Resolves when the output accepts more. */
  async show(bytes: Buffer): Promise<void> {
    this.#write(this.#text === undefined ? bytes : this.#text.next(bytes));
    if (this.full) await once(this.#output, 'drain');
  }

  /** Prints what was held back. On a terminal, ends an unfinished line, so that other output begins a new one. */
  end(): void {
    if (this.#text === undefined) return;
    this.#write(this.#text.end());
    if (this.#midLine) this.#output.write('\n');
  }

  #write(piece: Buffer | string): void {
    if (piece.length === 0) return;
    this.#output.write(piece);
    this.#midLine = piece.at(-1) !== '\n';
  }
}
