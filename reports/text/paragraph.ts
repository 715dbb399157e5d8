import wrapAnsi from 'wrap-ansi';

/** How the first line of a paragraph begins, and the indent of the others, which must be at least as wide. */
export interface Indent {
  readonly first: string;
  readonly columns: number;
}

const NONE: Indent = { first: '', columns: 0 };

/** Breaks text into lines of at most `width` columns at spaces. A word that is longer than a line is cut. */
export function paragraph(text: string, width: number, { first, columns }: Indent = NONE): string[] {
  const lines = wrapAnsi(text.replace(/ +/g, ' '), width - columns, { hard: true }).split('\n');
  return lines.map((content, i) => `${i === 0 ? first : ' '.repeat(columns)}${content}`);
}
