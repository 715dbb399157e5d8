import type { Readable } from 'node:stream';
import { withControlsShown } from '../../reports/text/plain.ts';
import type { Operator } from '../../servers/apps/app.ts';
import { readLine } from './lines.ts';

/** The user at this program's terminal. A typed line stays in the input until {@link ask} reads it. */
export class TerminalOperator implements Operator {
  readonly #input: Readable;
  readonly #print: (line: string) => void;

  constructor(input: Readable, print: (line: string) => void) {
    this.#input = input;
    this.#print = print;
  }

  show(line: string): void {
    this.#print(withControlsShown(line));
  }

  ask(answer: (line: string | undefined) => void): void {
    void readLine(this.#input).then(answer);
  }
}
