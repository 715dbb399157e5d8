import { formOf } from '../cli/flag-types.ts';
import { type FlagSchema, metaOf } from '../cli/flags.ts';
import type { Layer, Origin } from '../cli/layer.ts';
import type { OptionForm } from '../cli/option-form.ts';
import { isObject, type OptionFault, type OptionPath, unknownKey } from './option-fault.ts';
import { optionName } from './options.ts';
import { hasTargets, TARGET, targetsToFlags } from './targets-to-flags.ts';

/** Flags that options stand for, as yargs would collect them, and what is wrong with the others. */
export interface ConvertedOptions {
  readonly given: ReadonlyMap<string, { readonly value: unknown; readonly path: OptionPath }>;
  readonly faults: readonly OptionFault[];
}

/**
 * Converts options of a command to its flags. Only the types of values are checked here; the schema checks the rest when
 * the flags are read.
 * @param path where the options are, for faults.
 */
export function optionsToFlags(schema: FlagSchema, options: unknown, path: OptionPath = []): ConvertedOptions {
  if (!isObject(options)) return { given: new Map(), faults: [{ path, message: 'must be an object of options' }] };
  const given = new Map<string, { value: unknown; path: OptionPath }>();
  const faults: OptionFault[] = [];
  const flags = new Map(Object.keys(schema.shape).map((flag) => [optionName(flag), flag]));
  for (const [key, value] of Object.entries(options)) {
    const at = [...path, key];
    const flag = flags.get(key);
    const type = flag === undefined ? undefined : schema.shape[flag];
    if (value === undefined || (key === TARGET && hasTargets(schema))) continue;
    if (flag === undefined || type === undefined) {
      faults.push({ path: at, message: unknownKey('option', key, optionNames(schema)) });
      continue;
    }
    const converted = toFlag(formOf(type), value);
    if ('fault' in converted) faults.push({ path: at, message: converted.fault });
    else given.set(flag, { value: converted.value, path: at });
  }
  const targets = targetsToFlags(schema, options[TARGET], [...path, TARGET]);
  for (const [flag, { value, path }] of targets.given) {
    given.set(flag, { value: [given.get(flag)?.value ?? [], value].flat(), path });
  }
  return { given, faults: [...faults, ...targets.faults] };
}

/** Makes a layer of converted options. @param originOf where a value comes from. */
export function layerOf({ given }: ConvertedOptions, originOf: (path: OptionPath) => Origin): Layer {
  return new Map([...given].map(([flag, { value, path }]) => [flag, { value, origin: originOf(path) }]));
}

/** Returns the names of the options of a command, without those that it only explains. */
export function optionNames(schema: FlagSchema): string[] {
  const names = Object.entries(schema.shape).filter(([, type]) => metaOf(type).hidden !== true);
  return [...new Set([...names.map(([flag]) => optionName(flag)), ...(hasTargets(schema) ? [TARGET] : [])])];
}

const EXPECTED = {
  one: 'must be a text or a number',
  list: 'must be a text, a number, or a list of them',
  map: 'must be a text, a list of texts, or an object of texts',
  toggle: 'must be true or false',
} as const satisfies Record<OptionForm<unknown>['takes'], string>;

function toFlag({ takes, entry }: OptionForm<unknown>, value: unknown): { value: unknown } | { fault: string } {
  const fault = { fault: EXPECTED[takes] };
  if (takes === 'toggle') return typeof value === 'boolean' ? { value } : fault;
  if (isPlain(value)) return { value: String(value) };
  if (takes === 'one') return fault;
  const texts = Array.isArray(value) ? value : entry && isObject(value) ? entriesOf(value, entry) : [undefined];
  if (!texts.every(isPlain)) return fault;
  return texts.length === 0 ? { fault: 'is empty: leave it out' } : { value: texts.map(String) };
}

/** Writes the entries of an object as a flag takes them. An entry of another type becomes undefined. */
function entriesOf(object: Readonly<Record<string, unknown>>, entry: NonNullable<OptionForm<unknown>['entry']>) {
  return Object.entries(object).map(([key, value]) => (isPlain(value) ? entry(key, String(value)) : undefined));
}

function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
