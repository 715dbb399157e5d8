import type { Readable } from 'node:stream';
import { withControlsShown } from '../reports/plain.ts';
import type { Operator } from '../servers/apps/app.ts';
import { readLine } from './lines.ts';

/** Who sits at the terminal of this program. Typed lines wait there until they are asked for. */
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
