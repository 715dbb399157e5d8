import { nearest } from '../../bench/model/nearest.ts';

/** Where a value is inside of options: `['scenarios', 'checkout', 'connections', 0]`. */
export type OptionPath = readonly (string | number)[];

/** What is wrong with an option. */
export interface OptionFault {
  readonly path: OptionPath;
  readonly message: string;
}

/** Returns the message about an unknown key, with the nearest name. @param kind what keys are there. */
export function unknownKey(kind: string, key: string, names: readonly string[]): string {
  const meant = nearest(key, names);
  return `unknown ${kind}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** Writes a path as a user would: `target[0].exec`. */
export function pathText(path: OptionPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${key}`)).join('');
}

/** Reports whether a value is an object of options, and not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
