import * as z from 'zod';
import { unknown } from '../../bench/model/nearest.ts';
import { parseNames } from '../../bench/model/units.ts';
import {
  type NameOption,
  nameForm,
  namesForm,
  type OneOrMore,
  type OptionForm,
  plainForm,
  textForm,
  textsForm,
  toggleForm,
} from './option-form.ts';

/**
 * Types of flags, as zod schemas of what yargs collected: undefined, a text, or a list of texts when the flag is
 * repeated. Complete them with `.optional()`, or with `.prefault('10s')` for a default as a user would write it, and
 * describe them with `.meta({ description, alias, group })`. Their input type is that of the same option in a
 * configuration file (option-form.ts).
 */

/** The form of each type of flags as an option. */
const forms = z.registry<OptionForm<unknown>>();

/** Returns the form of a flag as an option. */
export function formOf(type: z.ZodType): OptionForm<unknown> {
  const { innerType } = type.def as { readonly innerType?: z.ZodType };
  return forms.get(type) ?? (innerType === undefined ? plainForm : formOf(innerType));
}

/** Returns a type of flags that `read` reads, and that is written as an option in the given form. */
function flagOf<V, T>(form: OptionForm<V>, read: (given: unknown, context: Context) => T) {
  return z.transform<V, T>(read as (given: V, context: Context) => T).register(forms, form);
}

/** How a fault is worded: `--flag: text` for its value, `--flag text` for the flag, or the text alone. */
export type FaultSubject = 'value' | 'flag' | 'name';

/** Parameters of a flag's zod issues. */
export interface FlagIssue {
  readonly subject: FaultSubject;
  /** Value for the checks that follow, as the user would write it; undefined: the default. */
  readonly instead?: string | undefined;
}

type Context = z.core.$RefinementCtx;

function refuse(context: Context, message: string, params: FlagIssue): void {
  context.addIssue({ code: 'custom', message, input: undefined, params: { ...params } });
}

/** Returns the texts of a flag; reports a fault and returns none when a value is missing. */
function textsOf(given: unknown, context: Context): string[] {
  const texts = [given].flat().filter((value): value is string => typeof value === 'string' && value !== '');
  if (texts.length === [given].flat().length) return texts;
  refuse(context, 'needs a value', { subject: 'flag' });
  return [];
}

/**
 * A value that `parse` returns.
 * @param parse throws a RangeError for an invalid value.
 * @param once whether repeating the flag is a fault. Otherwise, `parse` gets the values joined by commas.
 * @param form how it is written as an option.
 */
export function parsed<T, V = string | number>(
  parse: (text: string) => T,
  { once = false, form = plainForm as OptionForm<V> }: { readonly once?: boolean; readonly form?: OptionForm<V> } = {},
) {
  return flagOf(form, (given, context): T => {
    const { bare } = form;
    const texts = textsOf(bare === undefined ? given : [given].flat().map((value) => value || bare), context);
    if (texts.length === 0) return z.NEVER;
    if (once && texts.length > 1) {
      refuse(context, `is given ${texts.length} times`, { subject: 'flag' });
      return z.NEVER;
    }
    try {
      return parse(texts.join(','));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(context, error.message, { subject: 'value' });
      return z.NEVER;
    }
  });
}

/** One text, unchanged. */
export function text() {
  return parsed((written) => written, { once: true, form: textForm });
}

/** All texts of a flag that may be repeated, in order. Commas do not split them. @param form how they are written as an option. */
export function texts<V = OneOrMore<string>>(form = textsForm as OptionForm<V>) {
  return flagOf(form, textsOf).default([]);
}

/** Names of a set, separated by commas. @param kind what they name, for messages. */
export function someOf<const N extends string>(kind: string, names: readonly N[]) {
  return flagOf<OneOrMore<NameOption<N>>, N[]>(namesForm(names), (given, context) => {
    const [known, others] = partition(textsOf(given, context), names);
    for (const name of others) {
      refuse(context, unknown(kind, name, names), { subject: 'name', instead: known.join(',') || undefined });
    }
    return known;
  });
}

/** One name of a set. @param kind what it names, for messages. */
export function oneOf<const N extends string>(kind: string, names: readonly N[]) {
  return flagOf<NameOption<N>, N>(nameForm(names), (given, context) => {
    const [known, others] = partition(textsOf(given, context), names);
    for (const name of others) refuse(context, unknown(kind, name, names), { subject: 'name', instead: known[0] });
    const [first, ...more] = known;
    if (more.length > 0) {
      refuse(context, `takes one ${kind}, not ${known.join(' and ')}`, { subject: 'flag', instead: first });
    }
    return first ?? z.NEVER;
  });
}

/** A flag without a value. */
export function toggle() {
  const read = (given?: boolean) => [given].flat().includes(true);
  return z.preprocess(read, z.boolean()).register(forms, toggleForm);
}

function partition<N extends string>(given: readonly string[], names: readonly N[]): [known: N[], others: string[]] {
  const all = given.flatMap((written) => parseNames(written));
  const isKnown = (name: string): name is N => (names as readonly string[]).includes(name);
  return [all.filter(isKnown), all.filter((name) => !isKnown(name))];
}
