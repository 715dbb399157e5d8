/** A command line that measures again, and what it cannot contain. */
export interface CommandLine {
  /** Each argument, not quoted, beginning with the name of the program. */
  readonly words: readonly string[];
  /** What the results lack, where a placeholder is, and what a file must contain. */
  readonly notes: readonly string[];
}

/** A part of a command line. */
export type CommandPart = CommandLine;

/** Returns a flag with its value. */
export function flag(name: string, value: string): CommandPart {
  // A value with a dash would be taken for a flag.
  const words = value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
  return { words, notes: [] };
}

/** Returns a flag with its value, unless that is the default. */
export function unlessDefault<T>(name: string, value: T, usual: T, write: (value: T) => string = String): CommandPart {
  return value === usual ? NOTHING : flag(name, write(value));
}

export const NOTHING: CommandPart = { words: [], notes: [] };

/** Options of a file, which may have changed, must not be added to those of the command. */
export const NO_CONFIG: CommandPart = { words: ['--no-config'], notes: [] };

/** Returns a flag with a value that results do not contain. @param placeholder what stands in its place. */
export function placeholder(name: string, placeholder: string, note: string): CommandPart {
  return { words: [`--${name}`, placeholder], notes: [note] };
}

/** Joins parts in their order. */
export function joined(...parts: readonly CommandPart[]): CommandPart {
  return {
    words: parts.flatMap(({ words }) => words),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

/** Returns a command line as text for a POSIX shell. */
export function shellText({ words }: CommandLine): string {
  return words.map(quoted).join(' ');
}

/** Quotes a word where a shell would change it: in single quotes, within which only those themselves are special. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
