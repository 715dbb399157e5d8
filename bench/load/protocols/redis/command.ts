import { type Piece, type PlaceholderNames, parseTemplate, type TemplateFaultCode } from '../template.ts';
import { TextFault } from '../text-fault.ts';

/** A command with its arguments, each a template with `{key}` and `{value}`. Plain data. */
export interface RedisCommand {
  readonly parts: readonly (readonly Piece[])[];
  /** Share of all requests. */
  readonly share: number;
}

export type CommandFaultCode = TemplateFaultCode | 'no-command' | 'open-quote' | 'bad-weight' | 'bad-sum';

const PLACEHOLDERS: PlaceholderNames = { key: false, value: false };
/** Allowed difference of the sum of weights from 1: users write rounded decimals. */
const TOLERANCE = 0.001;

/** A word as written, and its position. */
interface Word {
  readonly text: string;
  readonly at: number;
}

/**
 * Parses commands such as `SET {key} {value}:0.5,GET {key}:0.5`. A weight is the share of all requests; commands
 * without one share the rest equally. Spaces, commas and colons within quotes are part of a word: `SET x "a, b"`.
 * @throws {TextFault} with a {@link CommandFaultCode}.
 */
export function parseRedisCommands(text: string): RedisCommand[] {
  const entries = split(text, 0, ',').map(({ text: entry, at }) => parseEntry(entry, at));
  const given = entries.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const open = entries.filter(({ weight }) => weight === undefined).length;
  if (open > 0 ? given >= 1 : Math.abs(given - 1) > TOLERANCE) {
    const sum = Number(given.toFixed(6));
    const advice = open > 0 ? 'which leaves nothing for the commands without one' : 'not to 1';
    const message = `the weights of '${text}' add up to ${sum}, ${advice}; quote a key that ends with a number`;
    throw new TextFault<CommandFaultCode>('bad-sum', 0, message);
  }
  const whole = open > 0 ? 1 : given;
  return entries.map(({ parts, weight }) => ({ parts, share: (weight ?? (1 - given) / open) / whole }));
}

function parseEntry(text: string, at: number): { readonly parts: Piece[][]; readonly weight: number | undefined } {
  // A colon and a number at the end of the text are the weight.
  const weighted = /^(.*\S)\s*:([\d.]+)\s*$/s.exec(text);
  const command = weighted?.[1] ?? text;
  const words = split(command, at, ' ').filter((word) => word.text !== '');
  if (words.length === 0) {
    throw new TextFault<CommandFaultCode>('no-command', at, 'a command is missing: write one such as GET {key}');
  }
  const parts = words.map((word) => parseTemplate(unquoted(word.text), PLACEHOLDERS, word.at));
  return { parts, weight: weighted ? parseWeight(weighted[2] as string, at + text.lastIndexOf(':') + 1) : undefined };
}

function parseWeight(text: string, at: number): number {
  const weight = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (weight > 0 && weight <= 1) return weight;
  const message = `'${text}' is not a weight above 0 and up to 1; quote a key that ends with a number`;
  throw new TextFault<CommandFaultCode>('bad-weight', at, message);
}

/**
 * Splits a text at a character that is outside quotes and not escaped.
 * @param from its position in the user's input.
 */
function split(text: string, from: number, separator: string): Word[] {
  const words: Word[] = [];
  let begin = 0;
  let quote = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') quote = quote < 0 ? at : -1;
    else if (character === separator && quote < 0) {
      words.push({ text: text.slice(begin, at), at: from + begin });
      begin = at + 1;
    }
  }
  if (quote >= 0) throw new TextFault<CommandFaultCode>('open-quote', from + quote, 'a quote is not closed');
  words.push({ text: text.slice(begin), at: from + begin });
  return words;
}

/** Removes quotes that are not escaped. */
function unquoted(text: string): string {
  return text.replaceAll(/\\.|"/gs, (found) => (found === '"' ? '' : found));
}
