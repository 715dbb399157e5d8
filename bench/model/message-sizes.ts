import type * as z from 'zod';
import type { sizesSchema } from './sizes-schema.ts';
import { parseSize } from './units.ts';

/** Sizes of messages: one size, or a mixture. See {@link sizesSchema}. */
export type MessageSizes = z.infer<typeof sizesSchema>;

/** Returns the sizes of messages that are all `bytes` long. */
export function fixedSize(bytes: number): MessageSizes {
  return [{ from: bytes, to: bytes, share: 1 }];
}

export function isFixedSize(sizes: MessageSizes): boolean {
  return sizes.every(({ from, to }) => from === to && from === sizes[0]?.from);
}

export function smallestSize(sizes: MessageSizes): number {
  return Math.min(...sizes.map(({ from }) => from));
}

export function largestSize(sizes: MessageSizes): number {
  return Math.max(...sizes.map(({ to }) => to));
}

/** Returns the expected size of a message in bytes. */
export function meanSize(sizes: MessageSizes): number {
  return sizes.reduce((sum, { from, to, share }) => sum + (share * (from + to)) / 2, 0);
}

/** How far the sum of weights may be from 1: users write them as rounded decimals. */
const WEIGHT_TOLERANCE = 0.001;

/**
 * Parses `64`, `64-1KiB` or a mixture such as `64,1024:0.2,4KiB-16KiB:0.01`. A weight is the share of all messages.
 * Entries without one share evenly what the others leave.
 * @throws {RangeError} when it is not such a list, or its weights do not add up to 1.
 */
export function parseSizes(text: string): MessageSizes {
  const entries = text.split(',').map(parseEntry);
  const weights = entries.flatMap(({ weight }) => weight ?? []);
  const given = weights.reduce((sum, weight) => sum + weight, 0);
  const open = entries.length - weights.length;
  const off = open > 0 ? given >= 1 : Math.abs(given - 1) > WEIGHT_TOLERANCE;
  if (off) throw new RangeError(`the weights of '${text}' add up to ${tidy(given)}, ${weightAdvice(open)}`);
  // Normalize weights that are within the tolerance.
  const whole = open > 0 ? 1 : given;
  return entries.map(({ from, to, weight }) => ({ from, to, share: (weight ?? (1 - given) / open) / whole }));
}

interface Entry {
  readonly from: number;
  readonly to: number;
  readonly weight: number | undefined;
}

function parseEntry(text: string): Entry {
  const [sizes = '', weight, ...more] = text.trim().split(':');
  const [from, to = from, ...rest] = sizes.split('-').map((size) => parseSize(size.trim()));
  if (from === undefined || to === undefined || rest.length > 0 || more.length > 0) {
    throw new RangeError(`'${text}' is not a size, a range such as 64-1024, or one with a weight, such as 1024:0.2`);
  }
  if (from > to) {
    const [first, last] = sizes.split('-');
    throw new RangeError(`'${sizes}' is a descending range; did you mean ${last}-${first}?`);
  }
  return { from, to, weight: weight === undefined ? undefined : parseWeight(weight.trim()) };
}

function parseWeight(text: string): number {
  const weight = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(weight > 0 && weight <= 1)) throw new RangeError(`'${text}' is not a weight above 0 and up to 1`);
  return weight;
}

function weightAdvice(open: number): string {
  if (open === 0) return 'not to 1: fix them, or leave one out, which then gets the rest';
  return `which leaves nothing for ${open === 1 ? 'the entry' : `the ${open} entries`} without a weight`;
}

function tidy(sum: number): number {
  return Number(sum.toFixed(6));
}
