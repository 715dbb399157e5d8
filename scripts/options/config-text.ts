import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { OptionPath } from './option-fault.ts';

/** A place in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What a file of YAML or JSON contains. */
export interface ConfigText {
  readonly value: unknown;
  /** What is wrong with the syntax. */
  readonly faults: readonly (TextPosition & { readonly message: string })[];
  /** Returns where the key of a value is; of a path that does not exist, the nearest place above. */
  position(path: OptionPath): TextPosition;
}

/** How often aliases may be used: a small file of them could otherwise expand to gigabytes. */
const MAX_ALIASES = 100;

const START: TextPosition = { line: 1, column: 1 };

/** Parses YAML 1.2, or JSON, which is a part of it. */
export function parseConfigText(text: string, extension: '.json' | '.yaml' | '.yml'): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const position = (path: OptionPath) => positionOf(document, path, at);
  if (extension === '.json') {
    const fault = jsonFault(text);
    if (fault !== undefined) {
      return { value: undefined, faults: [{ ...at(fault.offset), message: fault.message }], position };
    }
  }
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    ...at(pos[0]),
    message: code === 'MULTIPLE_DOCS' ? 'a file of options contains one document' : message,
  }));
  if (faults.length > 0) return { value: undefined, faults, position };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), faults: [], position };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, faults: [{ ...START, message: error.message }], position };
  }
}

/** Returns why a text is not JSON, and where: the parser of YAML accepts more. */
function jsonFault(text: string): { readonly message: string; readonly offset: number } | undefined {
  const fault = jsonError(text);
  if (fault === undefined) return undefined;
  const message = fault.replace(/( in JSON)?( at position \d+.*|, .*is not valid JSON)$/s, '');
  return { message: `not JSON: ${message}`, offset: isBeginning(text) ? text.length : faultOffset(text) };
}

function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns where a text stops to be the beginning of JSON. Not every error of JSON.parse has a position. */
function faultOffset(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** Reports whether a text is JSON, or could become so with more text: the error is at its end. */
function isBeginning(text: string): boolean {
  const fault = jsonError(text) ?? '';
  return fault === '' || /Unexpected end|Unterminated string/.test(fault) || fault.includes(`position ${text.length}`);
}

/** Finds a value in the tree of a document, through aliases. */
function positionOf(document: Document, path: OptionPath, at: (offset: number) => TextPosition): TextPosition {
  let node: unknown = document.contents;
  let position = START;
  for (const key of path) {
    const found = childOf(isAlias(node) ? node.resolve(document) : node, key);
    if (found === undefined) break;
    const offset = found.place?.range?.[0];
    if (offset !== undefined) position = at(offset);
    node = found.value;
  }
  return position;
}

/** Returns a value of a map or a list, with the node at whose place it is reported. */
function childOf(
  parent: unknown,
  key: string | number,
): { readonly place?: Node; readonly value: unknown } | undefined {
  if (isSeq(parent)) {
    const value = parent.items[Number(key)];
    return value === undefined ? undefined : { place: value as Node, value };
  }
  const pair = isMap(parent)
    ? parent.items.find(({ key: name }) => String(isScalar(name) ? name.value : name) === String(key))
    : undefined;
  return pair && { place: pair.key as Node, value: pair.value };
}
