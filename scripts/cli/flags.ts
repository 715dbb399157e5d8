import type * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { nearest } from '../../bench/model/nearest.ts';
import type { FlagIssue } from './flag-types.ts';
import { type Layer, type LayerRules, mergedLayers } from './layer.ts';

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

/** The flags of a command: their values, wherever they come from, and the faults found so far. */
export class Flags<V extends Readonly<Record<string, unknown>>> {
  /** A faulty flag has its default here; {@link assertNoFaults} throws before it is used. */
  readonly values: V;
  readonly #given: Layer;
  readonly #faults: string[];

  /** @param given the flags that are given, on the command line or elsewhere. */
  constructor(values: V, given: Layer, faults: readonly string[]) {
    this.values = values;
    this.#given = given;
    this.#faults = [...faults];
  }

  /**
   * Records faults, each once, which {@link assertNoFaults} reports. Where a fault begins with the name of a flag that is not given
   * on the command line, its source replaces the name.
   */
  refuse(...faults: readonly string[]): void {
    for (const fault of faults.map((each) => located(each, this.#given))) {
      if (!this.#faults.includes(fault)) this.#faults.push(fault);
    }
  }

  /** @throws {ConfigurationError} with every fault recorded so far, if there is one. */
  assertNoFaults(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
  }

  /** Reports whether a flag is given, with any value. */
  isGiven(name: keyof V & string): boolean {
    const given = this.#given.get(name);
    return given !== undefined && given.impliedBy === undefined;
  }

  /** Reports whether a flag is given for this command, and not by a source that is meant for all commands. */
  isChosen(name: keyof V & string): boolean {
    return this.isGiven(name) && this.#given.get(name)?.origin.isShared !== true;
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
  rules?: LayerRules,
): Flags<z.output<S>> {
  return flagsOf(schema, mergedLayers([argumentLayer(schema, argv, positional)], rules), strayArguments(argv));
}

/** Returns a fault for each argument that is no flag, after the command's name and its positional argument. */
export function strayArguments(argv: Readonly<Record<string, unknown>>): string[] {
  const [, ...extra] = argv._ as (string | number)[];
  return extra.map((argument) => `unexpected argument '${argument}'`);
}

/** Returns the arguments that are flags, by their long names. */
export function argumentLayer(
  schema: FlagSchema,
  argv: Readonly<Record<string, unknown>>,
  positional: string | undefined,
): Layer {
  const aliases = new Set(Object.values(schema.shape).map((type) => metaOf(type).alias));
  const given = Object.entries(argv).filter(
    ([name, value]) => value !== undefined && !NOT_FLAGS.has(name) && !aliases.has(name) && name !== positional,
  );
  return new Map(
    given.map(([name, value]) => [name, { value, origin: { called: asTyped(name), source: asTyped(name) } }]),
  );
}

/** Reads the flags of a command from what is given. @param faults found before. */
export function flagsOf<S extends FlagSchema>(
  schema: S,
  given: Layer,
  faults: readonly string[] = [],
): Flags<z.output<S>> {
  const written = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const first = schema.safeParse(written);
  if (first.success) return new Flags(first.data, given, faults);
  const { issues } = first.error;
  const values = schema.parse(repaired(written, issues));
  return new Flags(values, given, [...faults, ...faultsOf(issues, Object.keys(schema.shape), given)]);
}

/** Puts the source of a value in place of the flag with which a fault begins. */
function located(fault: string, given: Layer): string {
  const [, name = '', rest = ''] = /^-{0,2}([a-z][a-z-]*)((?::| ).*)$/s.exec(fault) ?? [];
  const called = given.get(name)?.origin.called;
  return called === undefined || called === asTyped(name) ? fault : called + rest;
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
function faultsOf(issues: readonly z.core.$ZodIssue[], names: readonly string[], given: Layer): string[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const faulty = issues.filter(({ path }) => path.length > 0);
  return [...unknown.map((key) => unknownFlag(key, names)), ...faulty.map((issue) => faultOf(issue, given))];
}

function faultOf(issue: z.core.$ZodIssue, given: Layer): string {
  const name = String(issue.path[0]);
  const typed = asTyped(name);
  const called = given.get(name)?.origin.called ?? typed;
  switch (paramsOf(issue).subject) {
    case 'name':
      return called === typed ? issue.message : `${called}: ${issue.message}`;
    case 'flag':
      return `${called} ${issue.message}`;
    default:
      return `${called}: ${issue.message}`;
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

/** Returns the metadata of a flag. */
export function metaOf(type: z.ZodType): FlagMeta {
  return (type.meta() ?? {}) as FlagMeta;
}
