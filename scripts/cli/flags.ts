import type { Options } from 'yargs';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { nearest, unknown } from '../../bench/model/nearest.ts';
import { parseNames } from '../../bench/model/units.ts';

/** Options of a command by long name, in the form of yargs. */
export type OptionSet = Readonly<Record<string, Options>>;

/** Type of a flag's value: never undefined for an option with a default. */
type Read<Option, T> = Option extends { readonly default: string } ? T : T | undefined;

/** Keys that yargs adds to the parsed arguments and that are not flags. */
const NOT_FLAGS = new Set(['_', '$0', 'help', 'h', 'version']);

/**
 * Reads the flags of a command. Faults are collected, so that the user can fix all of them at once. A faulty flag reads
 * as its default until {@link Flags.assertNoFaults} throws.
 */
export class Flags<O extends OptionSet> {
  readonly #argv: Readonly<Record<string, unknown>>;
  readonly #options: O;
  readonly #faults: string[] = [];

  /**
   * @param positional name of the command's positional argument, if it has one.
   */
  constructor(argv: Readonly<Record<string, unknown>>, options: O, positional?: string) {
    this.#argv = argv;
    this.#options = options;
    const [, ...extra] = argv._ as (string | number)[];
    for (const argument of extra) this.refuse(`unexpected argument '${argument}'`);
    const names = Object.keys(options);
    const known = new Set([...names, ...Object.values(options).flatMap(({ alias = [] }) => alias), positional]);
    for (const key of Object.keys(argv)) {
      if (!known.has(key) && !NOT_FLAGS.has(key)) this.refuse(unknownFlag(key, names));
    }
  }

  /** Records faults, which {@link assertNoFaults} reports. */
  refuse(...faults: readonly string[]): void {
    this.#faults.push(...faults);
  }

  /** @throws {ConfigurationError} with every fault recorded so far, if there is one. */
  assertNoFaults(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
  }

  /** Reports whether a boolean flag is set. */
  has(name: keyof O & string): boolean {
    return [this.#argv[name]].flat().includes(true);
  }

  /** Reports whether a flag is on the command line, whatever its value. */
  isGiven(name: keyof O & string): boolean {
    return this.#argv[name] !== undefined;
  }

  /** Returns a flag's value as written. Giving the flag several times is a fault. */
  text<K extends keyof O & string>(name: K): Read<O[K], string> {
    return this.value(name, (text) => text, false);
  }

  /** Returns all values of a repeatable flag, in order. Commas in a value do not split it. */
  texts(name: keyof O & string): string[] {
    const given = [this.#argv[name] ?? []].flat();
    if (given.some((value) => typeof value !== 'string' || value === '')) this.refuse(`--${name} needs a value`);
    return given.filter((value) => typeof value === 'string' && value !== '') as string[];
  }

  /**
   * Returns a flag's parsed value.
   * @param parse throws a RangeError for an invalid value.
   * @param repeatable whether the flag may be given several times; `parse` then gets the values joined by commas.
   */
  value<K extends keyof O & string, T>(name: K, parse: (text: string) => T, repeatable = true): Read<O[K], T> {
    const given = [this.#argv[name] ?? []].flat();
    const fallback = this.#options[name]?.default as string | undefined;
    const other = (fallback === undefined ? undefined : parse(fallback)) as Read<O[K], T>;
    if (given.length === 0) return other;
    if (given.some((value) => typeof value !== 'string' || value === '')) {
      this.refuse(`--${name} needs a value`);
      return other;
    }
    if (given.length > 1 && !repeatable) {
      this.refuse(`--${name} is given ${given.length} times`);
      return other;
    }
    try {
      return parse(given.join(',')) as Read<O[K], T>;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.refuse(`--${name}: ${error.message}`);
      return other;
    }
  }

  /** Returns the value of a flag that takes names of a set, separated by commas. Each unknown name is a fault. */
  choices<K extends keyof O & string, N extends string>(name: K, kind: string, names: readonly N[]): N[] | undefined {
    const given = this.value(name, parseNames);
    if (given === undefined) return undefined;
    for (const choice of given) {
      if (!isOneOf(choice, names)) this.refuse(unknown(kind, choice, names));
    }
    return given.filter((choice) => isOneOf(choice, names));
  }

  /** Returns the value of a flag that takes one name of a set. */
  choice<K extends keyof O & string, N extends string>(name: K, kind: string, names: readonly N[]): N | undefined {
    const chosen = this.choices(name, kind, names) ?? [];
    if (chosen.length > 1) this.refuse(`--${name} takes one ${kind}, not ${chosen.join(' and ')}`);
    return chosen[0];
  }
}

function isOneOf<N extends string>(choice: string, names: readonly N[]): choice is N {
  return (names as readonly string[]).includes(choice);
}

function unknownFlag(key: string, names: readonly string[]): string {
  const flag = key.length === 1 ? `-${key}` : `--${key}`;
  const meant = key.length === 1 ? undefined : nearest(key, names);
  return `unknown flag ${flag}${meant ? `; did you mean --${meant}?` : ''}`;
}
