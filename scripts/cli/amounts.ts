import { parseCpus, parseDuration, parseInteger, parseIntegers, parseRate } from '../../bench/model/units.ts';
import { parsed } from './flag-types.ts';
import { amountForm, durationForm, integerForm, integersForm } from './option-form.ts';
import { parseSeed } from './seed.ts';

/** Types of flags for amounts: see flag-types.ts. Each takes what the parser of `bench/model/units.ts` does. */

/** A duration, in milliseconds. */
export function duration() {
  return parsed(parseDuration, { form: durationForm });
}

/** A whole number, 0 or more. */
export function integer() {
  return parsed(parseInteger, { form: integerForm });
}

/** Whole numbers, each once. */
export function integers() {
  return parsed(parseIntegers, { form: integersForm });
}

/** A rate in requests/s. @param once whether repeating the flag is a fault of its own. */
export function rate({ once = false } = {}) {
  return parsed(parseRate, { once, form: amountForm });
}

/** CPU numbers, ascending. */
export function cpus() {
  return parsed(parseCpus, { form: integersForm });
}

/** A seed of random choices. */
export function seed() {
  return parsed(parseSeed, { form: integerForm });
}
