import type { Readable } from 'node:stream';
import { readLine } from './lines.ts';

/** `2` in a list of so many. @throws {RangeError} when there is none of that number. */
export function parsePick(text: string, count: number): number {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(number >= 1 && number <= count)) throw new RangeError(`'${text}' is not a number from 1 to ${count}`);
  return number - 1;
}

/**
 * Has the user choose one of several by its number, and asks again until it is one.
 * @param ask shows a line.
 * @returns the index of the choice; undefined when the input ended before.
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
