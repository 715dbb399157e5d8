import { nearest } from '../../bench/model/nearest.ts';
import { formOf } from '../cli/flag-types.ts';
import { type FlagSchema, metaOf } from '../cli/flags.ts';
import type { Given, Layer } from '../cli/layer.ts';

/** What every variable of this program begins with. */
const PREFIX = 'SOCKBENCH_';

/** Variables that configure the tests and builds of this project. */
const OF_TESTS = ['BUILT', 'CONFORMANCE', 'REQUIRE', 'SOAK'].map((name) => PREFIX + name);

/** Values of variables for flags that take none. */
const BOOLEANS = { true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reports whether variables of this program are set. */
export function isConfigured(environment: Environment): boolean {
  return Object.keys(environment).some((name) => name.startsWith(PREFIX) && !OF_TESTS.includes(name));
}

/** Returns the variable of a flag: `SOCKBENCH_OUT_DIR` for `out-dir`. */
export function variableOf(flag: string): string {
  return PREFIX + flag.toUpperCase().replaceAll('-', '_');
}

/** Reads the flags that variables set. An empty variable sets nothing. @param except flags without a variable. */
export function environmentLayer(
  schema: FlagSchema,
  environment: Environment,
  except: readonly string[],
): { readonly layer: Layer; readonly faults: readonly string[] } {
  const layer = new Map<string, Given>();
  const faults: string[] = [];
  for (const [flag, type] of Object.entries(schema.shape)) {
    const variable = variableOf(flag);
    const value = environment[variable];
    if (value === undefined || value === '' || except.includes(flag) || metaOf(type).hidden === true) continue;
    const origin = { called: variable, source: variable, isShared: true } as const;
    if (formOf(type).takes !== 'toggle') layer.set(flag, { value, origin });
    else if (Object.hasOwn(BOOLEANS, value))
      layer.set(flag, { value: BOOLEANS[value as keyof typeof BOOLEANS], origin });
    else faults.push(`${variable}: '${value}' is neither true nor false`);
  }
  return { layer, faults };
}

/** Returns a note about each variable that sets no flag of any command. @param flags of all commands. */
export function unknownVariables(environment: Environment, flags: readonly string[]): string[] {
  const known = new Set([...flags.map(variableOf), ...OF_TESTS]);
  const names = [...known].map((name) => name.slice(PREFIX.length));
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => {
      const meant = nearest(name.slice(PREFIX.length), names);
      return `ignored: ${name}: there is no such variable${meant === undefined ? '' : `; did you mean ${PREFIX}${meant}?`}`;
    });
}
