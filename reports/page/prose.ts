import { escapeMarkup } from '../text/markup.ts';

/** Texts of documents as markup of a page. */

/** Escapes a sentence: names in backticks become code, and neither flags nor numbers with their units are broken. */
export function prose(text: string): string {
  const joined = text.replace(/(\d) (?=(?:%|µs|ms|s|[KMG]iB|[kMG]?B)(?![\w]))/g, '$1\u00a0');
  return escapeMarkup(joined)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/(?<![\w-])--[a-z][a-z-]*/g, '<span class=word>$&</span>');
}

/** Words of a command line that are longer than this may be broken. */
const LONG_WORD = 28;

/** Escapes a command line, and keeps its words whole: browsers break lines after a hyphen. */
export function unbrokenWords(text: string): string {
  const words = text.split(' ').map((word) => {
    const escaped = escapeMarkup(word);
    return word.includes('-') && word.length <= LONG_WORD ? `<span class=word>${escaped}</span>` : escaped;
  });
  return words.join(' ');
}
