import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { withControlsShown } from '../reports/plain.ts';

/**
 * Text of unknown origin, in pieces, made safe for a terminal: it can write lines and tabs, but not move the cursor,
 * colour, rename or ask the terminal: other controls are shown as `\x1b`. Bytes are taken for UTF-8.
 */
export class SafeText {
  readonly #decoder = new StringDecoder('utf8');
  /** A carriage return that came last: a newline may follow it. */
  #held = '';

  /** The next piece, as far as it can be told already what it is. */
  next(bytes: Buffer): string {
    return this.#safe(this.#decoder.write(bytes), true);
  }

  /** What was held back when the text has ended. */
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

/** Prints what a peer says as it comes: safe text on a terminal, the very bytes elsewhere. */
export class Display {
  readonly #output: Writable;
  readonly #text: SafeText | undefined;
  #midLine = false;

  constructor(output: Writable, terminal: boolean) {
    this.#output = output;
    this.#text = terminal ? new SafeText() : undefined;
  }

  /** Is there more to print than the reader of the output has taken? */
  get full(): boolean {
    return this.#output.writableNeedDrain;
  }

  /** Resolves when more may be shown. */
  async show(bytes: Buffer): Promise<void> {
    this.#write(this.#text === undefined ? bytes : this.#text.next(bytes));
    if (this.full) await once(this.#output, 'drain');
  }

  /** Nothing more will be shown. On a terminal, what others print next begins a line. */
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
