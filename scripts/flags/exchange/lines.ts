import { unknown } from '../../../bench/model/nearest.ts';

/** A line of a file that lists requests: neither empty nor a comment. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** Returns the lines of a text without empty ones, and without comments: lines that begin with `#`. */
export function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .map((line, i) => ({ number: i + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

/** The fields of a line that is a JSON object, by name. Everything that is wrong is collected. */
export class LineFields {
  readonly faults: string[] = [];
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @param names the names that a line may contain. */
  constructor(text: string, names: readonly string[]) {
    this.#fields = this.#parsed(text);
    for (const name of Object.keys(this.#fields)) {
      if (!names.includes(name)) this.faults.push(unknown('field', name, names));
    }
  }

  /** Returns a text, or a number as text; undefined when it is absent or invalid. @param parse may throw a RangeError. */
  text<T = string>(name: string, parse?: (text: string) => T): T | undefined {
    const value = this.#fields[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') {
      this.faults.push(`${name} must be a text in quotes`);
      return undefined;
    }
    const text = String(value);
    return parse === undefined ? (text as T) : this.#tried(name, () => parse(text));
  }

  /** Returns a number above 0; undefined when it is absent or invalid. */
  positive(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value > 0) return value;
    this.faults.push(`${name} must be a number above 0`);
    return undefined;
  }

  /** Reports whether a field is `true`. */
  isSet(name: string): boolean {
    const value = this.#fields[name];
    if (value !== undefined && typeof value !== 'boolean') this.faults.push(`${name} must be true or false`);
    return value === true;
  }

  /** Returns the entries of an object of texts, or of lists of texts. */
  entries(name: string): (readonly [string, string])[] {
    const value = this.#fields[name];
    if (value === undefined) return [];
    const all = Object.entries(isObject(value) ? value : {}).flatMap(([key, each]) =>
      [each].flat().map((text) => [key, text] as const),
    );
    const texts = all.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
    if (!isObject(value) || texts.length < all.length) {
      this.faults.push(`${name} must be an object of texts, such as {"Accept": "text/html"}`);
    }
    return texts;
  }

  #tried<T>(name: string, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.faults.push(`${name}: ${error.message}`);
      return undefined;
    }
  }

  #parsed(text: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text);
      if (isObject(value)) return value;
      this.faults.push('is not a JSON object');
    } catch (error) {
      this.faults.push(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
