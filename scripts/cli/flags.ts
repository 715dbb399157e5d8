import type { Options } from 'yargs';
import type * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { nearest } from '../../bench/model/nearest.ts';
import type { FlagIssue } from './flag-types.ts';

/** The schema of a command's flags, by long name: see flag-types.ts. All that `--help` shows is in it, too. */
export type FlagSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>, z.core.$strict>;

/** The values of a part of a schema, for functions that read the flags of several commands. */
export type Values<Shape extends Readonly<Record<string, z.ZodType>>> = z.output<z.ZodObject<Shape>>;

/** What the metadata of a flag may contain. */
interface FlagMeta {
  readonly description?: string;
  readonly alias?: string;
  /** Its heading in `--help`. */
  readonly group?: string;
  /** Left out of `--help`. */
  readonly hidden?: boolean;
}

/** Keys that yargs adds to the parsed arguments and that are not flags. */
const NOT_FLAGS = new Set(['_', '$0', 'help', 'h', 'version']);

/** The flags of a command line: their values, and the faults found so far. */
export class Flags<V extends Readonly<Record<string, unknown>>> {
  /** A faulty flag has its default here; {@link assertNoFaults} throws before it is used. */
  readonly values: V;
  readonly #given: ReadonlySet<string>;
  readonly #faults: string[];

  /** @param given names of the flags that are on the command line. */
  constructor(values: V, given: ReadonlySet<string>, faults: readonly string[]) {
    this.values = values;
    this.#given = given;
    this.#faults = [...faults];
  }

  /** Records faults, which {@link assertNoFaults} reports. */
  refuse(...faults: readonly string[]): void {
    this.#faults.push(...faults);
  }

  /** @throws {ConfigurationError} with every fault recorded so far, if there is one. */
  assertNoFaults(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
  }

  /** Reports whether a flag is on the command line, with any value. */
  isGiven(name: keyof V & string): boolean {
    return this.#given.has(name);
  }
}

/**
 * Reads the flags of a command. All faults are collected, so that the user can fix them at once: stray arguments,
 * unknown flags, each with the nearest name, and values that the schema refuses.
 * @param argv arguments as yargs has parsed them.
 * @param positional name of the command's positional argument, if it has one.
 */
export function readFlags<S extends FlagSchema>(
  schema: S,
  argv: Readonly<Record<string, unknown>>,
  positional?: string,
): Flags<z.output<S>> {
  const given = givenFlags(schema, argv, positional);
  const [, ...extra] = argv._ as (string | number)[];
  const faults = extra.map((argument) => `unexpected argument '${argument}'`);
  const first = schema.safeParse(given);
  const values = first.success ? first.data : schema.parse(repaired(given, first.error.issues));
  if (!first.success) faults.push(...faultsOf(first.error.issues, Object.keys(schema.shape)));
  return new Flags(values, new Set(Object.keys(given)), faults);
}

/** Returns the arguments that are flags, by their long names. */
function givenFlags(
  schema: FlagSchema,
  argv: Readonly<Record<string, unknown>>,
  positional: string | undefined,
): Record<string, unknown> {
  const aliases = new Set(Object.values(schema.shape).map((type) => metaOf(type).alias));
  return Object.fromEntries(
    Object.entries(argv).filter(
      ([name, value]) => value !== undefined && !NOT_FLAGS.has(name) && !aliases.has(name) && name !== positional,
    ),
  );
}

/** Returns the flags without those that are unknown or faulty, so that the others can be checked further. */
function repaired(given: Readonly<Record<string, unknown>>, issues: readonly z.core.$ZodIssue[]) {
  const faulty = new Map<string, unknown>();
  for (const issue of issues) {
    for (const name of issue.code === 'unrecognized_keys' ? issue.keys : []) faulty.set(name, undefined);
    if (issue.path.length > 0) faulty.set(String(issue.path[0]), paramsOf(issue).instead);
  }
  const kept = Object.entries(given).map(([name, value]) => [name, faulty.has(name) ? faulty.get(name) : value]);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

/** Returns the faults as messages for the user: unknown flags first, then values in the order of the schema. */
function faultsOf(issues: readonly z.core.$ZodIssue[], names: readonly string[]): string[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const faulty = issues.filter(({ path }) => path.length > 0);
  return [...unknown.map((key) => unknownFlag(key, names)), ...faulty.map(faultOf)];
}

function faultOf(issue: z.core.$ZodIssue): string {
  const flag = asTyped(String(issue.path[0]));
  switch (paramsOf(issue).subject) {
    case 'name':
      return issue.message;
    case 'flag':
      return `${flag} ${issue.message}`;
    default:
      return `${flag}: ${issue.message}`;
  }
}

function paramsOf(issue: z.core.$ZodIssue): Partial<FlagIssue> {
  return issue.code === 'custom' ? ((issue.params as FlagIssue | undefined) ?? {}) : {};
}

/** Returns a flag as help shows it and users type it: `--app`, and `-a` for a name of one letter. */
export function asTyped(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function unknownFlag(key: string, names: readonly string[]): string {
  const meant = key.length === 1 ? undefined : nearest(key, names);
  return `unknown flag ${asTyped(key)}${meant ? `; did you mean --${meant}?` : ''}`;
}

function metaOf(type: z.ZodType): FlagMeta {
  return (type.meta() ?? {}) as FlagMeta;
}

/**
 * Returns the options of a schema in the form of yargs, for parsing and for `--help`. Defaults are shown, but not
 * filled in by yargs: it would also fill them in for a flag whose value is missing.
 */
export function yargsOptions(schema: FlagSchema): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, type]) => {
      const { description, alias, group, hidden } = metaOf(type);
      const usual = defaultOf(type);
      return [
        name,
        {
          type: isToggle(type) ? 'boolean' : 'string',
          ...(description !== undefined && { describe: description }),
          ...(alias !== undefined && { alias }),
          ...(group !== undefined && { group }),
          ...(hidden !== undefined && { hidden }),
          ...(usual !== undefined && { defaultDescription: usual }),
        },
      ] as const;
    }),
  );
}

function defaultOf(type: z.ZodType): string | undefined {
  const { defaultValue } = type.def as { readonly defaultValue?: unknown };
  return typeof defaultValue === 'string' ? defaultValue : undefined;
}

function isToggle(type: z.ZodType): boolean {
  const { out } = type.def as { readonly out?: z.ZodType };
  return out?.def.type === 'boolean';
}
