import type * as z from 'zod';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { FlagSchema } from '../cli/flags.ts';
import type { OneOrMore } from '../cli/option-form.ts';

/**
 * Options: the flags of a command, as written in a configuration file or in code. Each is named as its flag in camel
 * case, and takes what the form of the flag says (scripts/cli/option-form.ts).
 */

/** The name of a flag's option: `outDir` for `out-dir`. */
export type OptionName<Flag extends string> = Flag extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<OptionName<Rest>>}`
  : Flag;

/** A server to measure: a built-in model, a command, or a server that runs already. */
export type TargetOption = { readonly model: ModelName } | { readonly exec: string; readonly name?: string } | Running;
type Running = { readonly url: string };

type Shape<S extends FlagSchema> = S['shape'];
type FlagName<S extends FlagSchema> = keyof Shape<S> & string;

/** The targets that a command takes: servers that run already only where it has the flag --target. */
type TargetOf<S extends FlagSchema> =
  'target' extends FlagName<S> ? string | TargetOption : Exclude<TargetOption, Running>;

/** Whether a command measures targets: it then has the flags --exec and --name. */
type HasTargets<S extends FlagSchema> = 'exec' | 'name' extends FlagName<S> ? true : false;

/** The options of a command, from the schema of its flags. */
export type OptionsOf<S extends FlagSchema> = {
  readonly [Flag in FlagName<S> as Flag extends 'target' ? never : OptionName<Flag>]?: NonNullable<
    z.input<Shape<S>[Flag]>
  >;
} & (HasTargets<S> extends true ? { readonly target?: OneOrMore<TargetOf<S>> } : unknown);

/** Returns the name of a flag's option: `outDir` for `out-dir`. */
export function optionName(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
