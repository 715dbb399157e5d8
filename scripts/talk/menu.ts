import type { Readable } from 'node:stream';
import { readLine } from './lines.ts';

/** Parses a number from 1 to `count`. @returns the index, from 0. @throws {RangeError} for other text. */
export function parsePick(text: string, count: number): number {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(number >= 1 && number <= count)) throw new RangeError(`'${text}' is not a number from 1 to ${count}`);
  return number - 1;
}

/**
 * Lets the user choose one of several items by its number. Asks again until the number is valid.
 * @param ask prints a line.
 * @returns the index of the choice; undefined when the input ends first.
 */
export async function choose(
  choices: readonly string[],
  input: Readable,
  ask: (line: string) => void,
): Promise<number | undefined> {
  choices.forEach((choice, i) => {
    ask(`${i + 1}  ${choice}`);
  });
  for (;;) {
    ask(`which one? 1 to ${choices.length}, then Enter`);
    const line = await readLine(input);
    if (line === undefined) return undefined;
    try {
      return parsePick(line, choices.length);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      ask(error.message);
    }
  }
}
