import type { Folder } from './folder.ts';
import type { ServerGuess } from './guess.ts';
import { guessGo } from './languages/go.ts';
import { guessNode } from './languages/node.ts';
import { guessPython } from './languages/python.ts';
import { guessRust } from './languages/rust.ts';

/** In order of precedence: a project of another language often has a package.json, too, for its tools. */
const languages: readonly ((folder: Folder) => ServerGuess | null)[] = [guessGo, guessRust, guessPython, guessNode];

/** Returns what is known of the server in a folder; null when no language is recognized. */
export function guessServer(folder: Folder): ServerGuess | null {
  const guesses = languages.map((guess) => guess(folder)).filter((guess) => guess !== null);
  return guesses.find(({ exec }) => exec !== undefined) ?? guesses[0] ?? null;
}
