import { randomInt } from 'node:crypto';
import { parseInteger } from '../../bench/model/units.ts';

const SEEDS = 2 ** 32;

/** Returns a random seed, for when the user gives none. */
export function chosenSeed(): number {
  return randomInt(SEEDS);
}

/** Parses a seed, from 0 to 2^32 - 1. @throws {RangeError} */
export function parseSeed(text: string): number {
  const seed = parseInteger(text);
  if (seed >= SEEDS) throw new RangeError(`'${text}' is not a seed from 0 to ${SEEDS - 1}`);
  return seed;
}
