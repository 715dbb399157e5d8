/**
 * How the value of a flag is written as an option: in a configuration file, or in code that uses this package. Each type
 * of flags (flag-types.ts) has a form. Types for editors, the JSON Schema and the conversion to a flag derive from it.
 */

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface OptionForm<V> {
  /** What is accepted besides a single text or number: nothing, lists, lists and objects; a toggle accepts a boolean alone. */
  readonly takes: 'one' | 'list' | 'map' | 'toggle';
  /** Describes the values for editors. */
  readonly schema: JsonSchema;
  /** Values as users write them. */
  readonly examples: readonly V[];
  /** What the flag without a value means; absent: it needs one. */
  readonly bare?: string;
  /** Writes an entry of an object as the flag takes it. */
  readonly entry?: (key: string, value: string) => string;
}

type DurationUnit = 'us' | 'µs' | 'ms' | 's' | 'm' | 'h';
/** A duration: `'500ms'`, `'1m30s'`, or a number of seconds. */
export type Duration =
  | number
  | `${number}`
  | `${number}${DurationUnit}`
  | `${number}${DurationUnit}${number}${DurationUnit}`;
/** A number of things or a rate: `1000`, `'10k'`, `'1.5M'`. */
export type Amount = number | `${number}` | `${number}${'k' | 'M'}`;
/** One or several, as a list; a text may also contain several, separated by commas. */
export type OneOrMore<V> = V | readonly V[];
/** A name of a set. One that is a number may be written as a number. */
export type NameOption<N extends string> = N | (N extends `${infer D extends number}` ? D : never);

const AMOUNT = '^\\d+(\\.\\d+)?([kM]|[eE]\\d+)?$';
const TEXT = { type: 'string', minLength: 1 };

/** A text, unchanged. */
export const textForm: OptionForm<string> = { takes: 'one', schema: TEXT, examples: [] };

/** What a parser of the flag takes: a text or a number. */
export const plainForm: OptionForm<string | number> = {
  takes: 'list',
  schema: oneOrMore({ type: ['string', 'number'] }),
  examples: [],
};

export const durationForm: OptionForm<Duration> = {
  takes: 'one',
  schema: {
    type: ['string', 'number'],
    minimum: 0,
    pattern: '^(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(us|µs|ms|s|m|h))+)$',
  },
  examples: ['5s', '500ms', '1m30s'],
};

export const integerForm: OptionForm<Amount> = {
  takes: 'one',
  schema: { type: ['integer', 'string'], minimum: 0, pattern: AMOUNT },
  examples: [],
};

export const amountForm: OptionForm<Amount> = {
  takes: 'one',
  schema: { type: ['number', 'string'], minimum: 0, pattern: AMOUNT },
  examples: [],
};

export const integersForm: OptionForm<OneOrMore<number | string>> = {
  takes: 'list',
  schema: oneOrMore({ type: ['integer', 'string'] }),
  examples: [],
};

/** Texts or numbers that the flag separates by commas. */
export const listForm: OptionForm<OneOrMore<string | number>> = {
  takes: 'list',
  schema: oneOrMore({ type: ['string', 'number'] }),
  examples: [],
};

export const textsForm: OptionForm<OneOrMore<string>> = { takes: 'list', schema: oneOrMore(TEXT), examples: [] };

export const toggleForm: OptionForm<boolean> = { takes: 'toggle', schema: { type: 'boolean' }, examples: [] };

/** Returns the form of one name of a set. */
export function nameForm<N extends string>(names: readonly N[]): OptionForm<NameOption<N>> {
  return { takes: 'one', schema: choice(names), examples: [] };
}

/** Returns the form of names of a set. */
export function namesForm<N extends string>(names: readonly N[]): OptionForm<OneOrMore<NameOption<N>>> {
  return { takes: 'list', schema: oneOrMore(choice(names)), examples: [] };
}

/** Returns the form of an object of texts, whose entries the flag takes one by one. @param entry writes an entry. */
export function mapForm<K extends string = string>(
  entry: (key: string, value: string) => string,
  keys?: readonly K[],
): OptionForm<OneOrMore<string> | { readonly [Key in K]?: string | number }> {
  const object = {
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
    ...(keys && { propertyNames: { enum: keys } }),
  };
  return { takes: 'map', schema: { anyOf: [TEXT, { type: 'array', items: TEXT }, object] }, examples: [], entry };
}

function oneOrMore(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'array', items: schema }] };
}

function choice(names: readonly string[]): JsonSchema {
  const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return { enum: [...names, ...numbers] };
}
