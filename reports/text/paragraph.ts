/** How the first line of a paragraph begins, and the indent of the others, which must be at least as wide. */
export interface Indent {
  readonly first: string;
  readonly columns: number;
}

const NONE: Indent = { first: '', columns: 0 };

/**
 * Breaks text into lines of at most `width` columns at spaces. A word that is longer than a line is cut. Assumes that
 * every character is one column wide.
 */
export function paragraph(text: string, width: number, { first, columns }: Indent = NONE): string[] {
  const room = width - columns;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/).flatMap((long) => pieces(long, room))) {
    const joined = line ? `${line} ${word}` : word;
    if (joined.length <= room) line = joined;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines.map((content, i) => `${i === 0 ? first : ' '.repeat(columns)}${content}`);
}

function pieces(word: string, size: number): string[] {
  return word.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [''];
}
