import { commandName } from '../../bench/model/command-name.ts';
import type { FlagSchema } from '../cli/flags.ts';
import { isObject, type OptionFault, type OptionPath, unknownKey } from './option-fault.ts';

/** The option that names servers of any kind. It stands for the flags --model or --models, --exec, --name and --target. */
export const TARGET = 'target';

/** Keys of a target: what kind it is. A command may have a name, too. */
const KINDS = ['model', 'exec', 'url'] as const;
const NAME = 'name';

/** The flags of targets, with the values of each, and where the first one is. */
interface ConvertedTargets {
  readonly given: ReadonlyMap<string, { readonly value: readonly string[]; readonly path: OptionPath }>;
  readonly faults: readonly OptionFault[];
}

/** Reports whether a command measures targets. */
export function hasTargets({ shape }: FlagSchema): boolean {
  return 'exec' in shape && NAME in shape;
}

/** Converts the option `target` to flags. @param targets one target, or a list of them; undefined: none. */
export function targetsToFlags(schema: FlagSchema, targets: unknown, path: OptionPath): ConvertedTargets {
  const given = new Map<string, { value: string[]; path: OptionPath }>();
  const faults: OptionFault[] = [];
  const isList = Array.isArray(targets);
  if (isList && targets.length === 0) faults.push({ path, message: 'is empty: leave it out' });
  for (const [i, target] of [targets ?? []].flat().entries()) {
    const at = isList ? [...path, i] : path;
    const converted = toFlag(schema, target);
    if ('fault' in converted) {
      faults.push({ path: [...at, ...(converted.key === undefined ? [] : [converted.key])], message: converted.fault });
      continue;
    }
    const { flag, value } = converted;
    const entry = given.get(flag) ?? { value: [], path: at };
    given.set(flag, entry);
    entry.value.push(value);
    if (flag === 'exec') addName(given, entry.value, converted.name, at);
  }
  return { given, faults };
}

/** Adds the name of the last command. The flag has one name for each command, in order. */
function addName(
  given: Map<string, { value: string[]; path: OptionPath }>,
  commands: readonly string[],
  name: string | undefined,
  path: OptionPath,
): void {
  if (name === undefined) return;
  const names = given.get(NAME)?.value ?? [];
  const before = commands.slice(names.length, -1).map(commandName);
  given.set(NAME, { value: [...names, ...before, name], path });
}

type ConvertedTarget =
  | { readonly flag: string; readonly value: string; readonly name?: string }
  | { readonly fault: string; readonly key?: string };

function toFlag(schema: FlagSchema, target: unknown): ConvertedTarget {
  const takesUrls = TARGET in schema.shape;
  if (typeof target === 'string' && takesUrls) return { flag: TARGET, value: target };
  const kind = kindOf(target);
  if (kind === undefined || !isObject(target)) {
    const url = takesUrls ? " or { url: 'tcp://HOST:PORT' }" : '';
    return { fault: `must be { model: 'NAME' }, { exec: 'CMD {port}', name: 'NAME' }${url}` };
  }
  const unknown = Object.keys(target).find((key) => key !== kind && key !== NAME);
  if (unknown !== undefined) return { key: unknown, fault: unknownKey('key', unknown, [...KINDS, NAME]) };
  if (kind === 'url' && !takesUrls) return { key: kind, fault: 'a running server is measured by run or capacity' };
  const { [kind]: value, name } = target;
  if (name !== undefined && kind !== 'exec') return { key: NAME, fault: 'only a command has a name' };
  if (!isText(value)) return { key: kind, fault: 'must be a text' };
  if (name !== undefined && !isText(name)) return { key: NAME, fault: 'must be a text' };
  return { flag: flagOf(kind, schema), value, ...(isText(name) && { name }) };
}

/** Returns the kind of a target; undefined when it has none or several. */
function kindOf(target: unknown): (typeof KINDS)[number] | undefined {
  const kinds = isObject(target) ? KINDS.filter((kind) => target[kind] !== undefined) : [];
  return kinds.length === 1 ? kinds[0] : undefined;
}

function flagOf(kind: (typeof KINDS)[number], { shape }: FlagSchema): string {
  if (kind === 'url') return TARGET;
  return kind in shape ? kind : `${kind}s`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
